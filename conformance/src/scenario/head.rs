//! What is read of a file before anything else: what it includes, its variables, and the rows of its table.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use serde_saphyr::{Location, Spanned};

/// The head of a file of either kind. What else is in it is looked at later.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Head {
    pub(super) part: Option<Spanned<String>>,
    pub(super) include: Vec<Spanned<String>>,
    pub(super) vars: Cells,
    pub(super) table: Option<Table>,
}

/// Values with names, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Cells(pub Vec<(Spanned<String>, Spanned<String>)>);

/// Rows of values. Written as a list of rows, or as `columns` and `rows`.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// A row each.
    pub rows: Vec<Spanned<Cells>>,
    /// Rows with more or fewer values than there are columns.
    pub uneven: Vec<Location>,
}

/// Rows at most: a table is read by people.
pub(super) const ROWS: usize = 500;
/// Columns and variables at most.
pub(super) const COLUMNS: usize = 50;

impl<'de> Deserialize<'de> for Cells {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Cells;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names with their values, such as {price: \"10400\"}")
            }
            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Cells, M::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = map.next_entry()? {
                    if cells.len() == COLUMNS {
                        return Err(M::Error::custom(format!(
                            "more than {COLUMNS} names; write the others where they are used"
                        )));
                    }
                    cells.push(cell);
                }
                Ok(Cells(cells))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// What may stand in a cell.
fn cell() -> Value {
    json!({"type": ["string", "number", "boolean"]})
}

impl JsonSchema for Cells {
    fn schema_name() -> Cow<'static, str> {
        "Values".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "Names with their values.",
            "type": "object",
            "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"},
            "additionalProperties": cell(),
            "maxProperties": COLUMNS,
        })
    }
}

impl JsonSchema for Table {
    fn schema_name() -> Cow<'static, str> {
        "Table".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let row = generator.subschema_for::<Cells>();
        json_schema!({
            "description": "A row for each case.",
            "anyOf": [
                {"type": "array", "items": row, "minItems": 1, "maxItems": ROWS},
                {
                    "type": "object",
                    "properties": {
                        "columns": {"description": "The names.", "type": "array", "items": {"type": "string"}},
                        "rows": {
                            "description": "The values of a case each.",
                            "type": "array",
                            "items": {"type": "array", "items": cell()},
                            "minItems": 1,
                            "maxItems": ROWS,
                        },
                    },
                    "required": ["columns", "rows"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

/// The other way to write a table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grid {
    columns: Vec<Spanned<String>>,
    rows: Vec<Spanned<Vec<Spanned<String>>>>,
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Table;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows such as {code: X, state: failed}, or columns and rows")
            }
            fn visit_seq<S: SeqAccess<'de>>(self, mut sequence: S) -> Result<Table, S::Error> {
                let mut rows = Vec::new();
                while let Some(row) = sequence.next_element()? {
                    if rows.len() == ROWS {
                        return Err(S::Error::custom(format!("more than {ROWS} rows; make several files of it")));
                    }
                    rows.push(row);
                }
                Ok(Table { rows, uneven: Vec::new() })
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Table, M::Error> {
                let grid = Grid::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                if grid.rows.len() > ROWS {
                    return Err(M::Error::custom(format!("more than {ROWS} rows; make several files of it")));
                }
                let mut table = Table::default();
                for row in grid.rows {
                    if row.value.len() != grid.columns.len() {
                        table.uneven.push(row.referenced);
                    }
                    let cells = Cells(grid.columns.iter().cloned().zip(row.value).collect());
                    table.rows.push(Spanned { value: cells, referenced: row.referenced, defined: row.defined });
                }
                Ok(table)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
