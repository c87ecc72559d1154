//! How message objects are written down: a field a line, and what may be absent is skipped when it is.

/// An object. Fields in brackets are always there, all others may be absent.
macro_rules! object {
    // Nothing is required: such an object can be empty.
    ($(#[$doc:meta])* $name:ident { $(#[$first_doc:meta])* $first:ident: $($rest:tt)* }) => {
        super::object::object! {
            #[derive(Default)] $(#[$doc])* $name { [] $(#[$first_doc])* $first: $($rest)* }
        }
    };
    ($(#[$doc:meta])* $name:ident {
        [$($(#[$required_doc:meta])* $required:ident: $required_type:ty,)*]
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        #[expect(missing_docs, reason = "the provider's own field names")]
        pub struct $name {
            $($(#[$required_doc])* pub $required: $required_type,)*
            $($(#[$field_doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)*
        }

        impl $name {
            /// The fields that must be there, and none of the others.
            #[must_use]
            pub const fn new($($required: $required_type),*) -> Self {
                Self { $($required,)* $($field: None,)* }
            }
        }
    };
}

/// The body of an answer: a result, and whatever else there is to say.
macro_rules! answer {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* }) => {
        super::object::object! {
            $(#[$doc])*
            $name {
                [result: super::ResultObject,]
                $($(#[$field_doc])* $field: $type,)*
            }
        }

        impl $name {
            /// An answer that carries a result and nothing else.
            #[must_use]
            pub const fn bare(result: super::ResultObject) -> Self {
                Self::new(result)
            }
        }
    };
}

pub(super) use {answer, object};
