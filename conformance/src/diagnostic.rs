//! What is wrong with a file, where, and what to do about it. The annotate-snippets crate is used here only.

use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// A mistake in a scenario file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file, as it was named.
    pub path: String,
    /// Line of the mistake, from 1.
    pub line: usize,
    /// Column of the mistake, from 1, in characters.
    pub column: usize,
    /// The bytes to point at.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// The whole text of the file.
    pub source: String,
}

impl Diagnostic {
    /// A mistake at a place in a text. Places outside the text are moved inside, at a character's edge.
    #[must_use]
    pub fn new(path: &str, source: &str, span: Range<usize>, message: String, help: String) -> Self {
        let inside = |at: usize| {
            let mut at = at.min(source.len());
            while !source.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let start = inside(span.start);
        let end = inside(span.end).max(start);
        let before = source.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Self { path: path.to_owned(), line, column, span: start..end, message, help, source: source.to_owned() }
    }

    /// The mistake with its surroundings, for a terminal or a file.
    #[must_use]
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        // An empty place is shown as one column, or as nothing at the end of the text.
        let end = if self.span.is_empty() { (self.span.end + 1).min(self.source.len()) } else { self.span.end };
        let end = (end..=self.source.len()).find(|at| self.source.is_char_boundary(*at)).unwrap_or(self.span.end);
        let place = format!("line {}, column {}", self.line, self.column);
        let snippet = Snippet::source(self.source.as_str())
            .path(self.path.as_str())
            .annotation(AnnotationKind::Primary.span(self.span.start..end).label(place));
        let report = [Level::ERROR
            .primary_title(self.message.as_str())
            .element(snippet)
            .element(Level::HELP.message(self.help.as_str()))];
        renderer.render(&report)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}; {}", self.path, self.line, self.column, self.message, self.help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let diagnostic = Diagnostic::new("f", "é: 1\nü: x\n", 9..10, "m".to_owned(), "h".to_owned());
        assert_eq!((diagnostic.line, diagnostic.column), (2, 3));
        let text = diagnostic.render(false);
        assert!(text.contains("line 2, column 3") && text.contains("help: h"), "{text}");
    }

    #[test]
    fn any_place_in_any_text_can_be_shown() {
        for (source, span) in [("", 0..0), ("", 5..9), ("é", 1..1), ("a\n", 2..2), ("a", usize::MAX - 1..usize::MAX)] {
            let text = Diagnostic::new("f", source, span, "m".to_owned(), "h".to_owned()).render(false);
            assert!(text.contains("help: h"), "{text}");
        }
    }
}
