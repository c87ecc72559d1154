//! Where the mutants of a file are in its syntax, and what must be written there to switch each on.
//!
//! An operator is switched with the whole chain of operators that it stands in: `a || b && c` is not `(a || b) && c`, and
//! a mutant is the text with other letters in it.

use std::collections::BTreeMap;
use std::ops::Range;

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Signature};

use crate::list::{Genre, Mutant, Place};

/// What is to be done to the text of a file. Ranges are bytes of it.
#[derive(Debug, Default)]
pub struct Sites {
    /// Expressions that have mutants, and each mutant's text of the whole expression. One lies within another or apart.
    pub expressions: BTreeMap<Bounds, Vec<(u32, String)>>,
    /// Bodies of functions, by the place behind their `{`.
    pub bodies: BTreeMap<usize, Vec<u32>>,
    /// Bodies of functions that return some iterator, with their braces.
    pub iterators: BTreeMap<Bounds, Vec<u32>>,
    /// Arms that are taken away, by the place behind their pattern.
    pub arms: BTreeMap<usize, u32>,
    /// What is taken out for good: the `const` of functions that ask for a switch.
    pub removed: Vec<Range<usize>>,
    /// Mutants that no compiler takes: a `||` in a chain with `let`.
    pub impossible: Vec<u32>,
    /// Mutants that no switch can express.
    pub inexpressible: Vec<u32>,
}

/// A range that sorts before what lies within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bounds {
    /// The first byte.
    pub start: usize,
    /// Behind the last, counted backwards.
    end: std::cmp::Reverse<usize>,
}

impl Bounds {
    /// Behind the last byte.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end.0
    }
}

impl From<Range<usize>> for Bounds {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: std::cmp::Reverse(range.end) }
    }
}

/// Finds the mutants of a file in its text.
///
/// # Errors
/// The text is no Rust.
pub fn find(text: &str, mutants: &[(u32, &Mutant)]) -> syn::Result<Sites> {
    let file = syn::parse_file(text)?;
    let mut open = BTreeMap::<_, Vec<_>>::new();
    for (number, mutant) in mutants {
        if mutant.function.is_some() {
            open.entry((mutant.genre, mutant.span.start)).or_default().push((*number, *mutant));
        }
    }
    let mut finder = Finder { text, open, chain: None, sites: Sites::default() };
    finder.visit_file(&file);
    let Finder { open, mut sites, .. } = finder;
    sites.inexpressible.extend(open.into_values().flatten().map(|(number, _)| number));
    sites.inexpressible.extend(mutants.iter().filter(|(_, m)| m.function.is_none()).map(|(number, _)| *number));
    Ok(sites)
}

struct Finder<'a> {
    text: &'a str,
    /// Mutants that have not been found.
    open: BTreeMap<(Genre, Place), Vec<(u32, &'a Mutant)>>,
    /// The chain of operators that is being visited.
    chain: Option<Range<usize>>,
    sites: Sites,
}

impl<'a> Finder<'a> {
    fn take(&mut self, genre: Genre, at: Span) -> Vec<(u32, &'a Mutant)> {
        self.open.remove(&(genre, at.start().into())).unwrap_or_default()
    }

    /// Switches an expression, of which a part is replaced.
    fn switch(&mut self, whole: Range<usize>, part: Range<usize>, mutants: Vec<(u32, &Mutant)>) {
        let texts = mutants.into_iter().map(|(number, mutant)| {
            let (before, after) = (&self.text[whole.start..part.start], &self.text[part.end..whole.end]);
            (number, format!("{before}{}{after}", mutant.replacement))
        });
        let texts: Vec<_> = texts.collect();
        if !texts.is_empty() {
            self.sites.expressions.entry(whole.into()).or_default().extend(texts);
        }
    }

    fn function(&mut self, signature: &Signature, block: &Block, visit: impl FnOnce(&mut Self)) {
        let before = self.open.len();
        if let Some(first) = block.stmts.first() {
            let mutants = self.take(Genre::FnValue, first.span());
            let is_some_iterator =
                |m: &Mutant| m.function.as_ref().is_some_and(|f| f.return_type.starts_with("-> impl Iterator"));
            let braces = block.span().byte_range();
            for (number, mutant) in mutants {
                if is_some_iterator(mutant) {
                    self.sites.iterators.entry(braces.clone().into()).or_default().push(number);
                } else {
                    self.sites.bodies.entry(braces.start + 1).or_default().push(number);
                }
            }
        }
        let chain = self.chain.take();
        visit(self);
        self.chain = chain;
        if let Some(token) = signature.constness.filter(|_| self.open.len() < before) {
            self.sites.removed.push(token.span().byte_range());
        }
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |this| visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(block) => self.function(&item.sig, block, |this| visit::visit_trait_item_fn(this, item)),
            None => visit::visit_trait_item_fn(self, item),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        let outer = self.chain.take();
        if let Expr::Binary(binary) = expression {
            let whole = outer.clone().unwrap_or_else(|| expression.span().byte_range());
            let mutants = self.take(Genre::BinaryOperator, binary.op.span());
            if has_let(expression) {
                self.sites.impossible.extend(mutants.into_iter().map(|(number, _)| number));
            } else {
                self.switch(whole.clone(), binary.op.span().byte_range(), mutants);
                self.chain = Some(whole);
            }
            let inner = self.chain.clone();
            self.visit_expr(&binary.left);
            self.chain = inner;
            self.visit_expr(&binary.right);
        } else {
            if let Expr::Unary(unary) = expression {
                let mutants = self.take(Genre::UnaryOperator, unary.op.span());
                self.switch(expression.span().byte_range(), unary.op.span().byte_range(), mutants);
            }
            visit::visit_expr(self, expression);
        }
        self.chain = outer;
    }

    fn visit_expr_struct(&mut self, expression: &'ast syn::ExprStruct) {
        for pair in expression.fields.pairs() {
            let field = pair.value();
            let mutants = self.take(Genre::StructField, field.span());
            let end = pair.punct().map_or_else(|| field.span().byte_range().end, |comma| comma.span().byte_range().end);
            self.switch(expression.span().byte_range(), field.span().byte_range().start..end, mutants);
        }
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_match(&mut self, expression: &'ast syn::ExprMatch) {
        let is_rest = |arm: &syn::Arm| {
            let is_all = match &arm.pat {
                syn::Pat::Wild(_) => true,
                // A name in capitals is a constant or a variant.
                syn::Pat::Ident(name) => {
                    name.subpat.is_none() && !name.ident.to_string().starts_with(char::is_uppercase)
                }
                _ => false,
            };
            is_all && arm.guard.is_none()
        };
        if !expression.arms.iter().any(is_rest) {
            // Nothing else takes what an arm took: without it the compiler misses a case.
            let arms = expression.arms.iter().filter(|arm| arm.guard.is_none());
            let deleted: Vec<_> = arms.flat_map(|arm| self.take(Genre::MatchArm, arm.span())).collect();
            self.sites.impossible.extend(deleted.into_iter().map(|(number, _)| number));
        }
        visit::visit_expr_match(self, expression);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted = self.take(Genre::MatchArm, arm.span());
        let behind = arm.pat.span().byte_range().end;
        self.sites.arms.extend(deleted.into_iter().map(|(number, _)| (behind, number)));
        if let Some((_, guard)) = &arm.guard {
            let mutants = self.take(Genre::MatchArmGuard, guard.span());
            if has_let(guard) {
                self.sites.inexpressible.extend(mutants.into_iter().map(|(number, _)| number));
            } else {
                self.switch(guard.span().byte_range(), guard.span().byte_range(), mutants);
            }
        }
        visit::visit_arm(self, arm);
    }
}

/// Whether a condition has a `let` in it, so that it can stand nowhere else.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}
