//! From a file to the cases that it stands for.

use std::collections::BTreeSet;

use serde_saphyr::{Location, Spanned};

use super::check::check;
use super::expect::Expectation;
use super::file::{PartFile, ScenarioFile};
use super::given::{Said, add};
use super::head::{Cells, Table};
use super::mistake::Mistake;
use super::model::{Given, Scenario};
use super::parse::{BEGIN, document, with_variables};
use super::source::{Loaded, Shelf, Source, load, with_includes};
use super::step::Step;
use super::unroll::{ROUNDS, STEPS, rounds, unroll};
use super::variables::{self, ROUND, Reference, Variables};
use crate::diagnostic::Diagnostic;

/// What a file is.
#[derive(Debug, Clone)]
pub enum Contents {
    /// For others to include.
    Part,
    /// A case, or one for each row of its table.
    Cases(Vec<Row>),
}

/// A case of a file.
#[derive(Debug, Clone)]
pub struct Row {
    /// The name of the table's row; none without a table.
    pub name: Option<String>,
    /// What happens in it.
    pub scenario: Scenario,
}

/// A file's own steps and expectations, for a case.
pub(super) struct Piece<'a> {
    pub(super) source: &'a Source,
    pub(super) steps: Vec<Step>,
    pub(super) expect: Vec<Spanned<Expectation>>,
}

/// All bytes that may be parsed for the cases of one file.
const LARGEST: usize = 64 * 1024 * 1024;
/// Mistakes of one file that are told at most.
const MISTAKES: usize = 20;

/// The cases that a file stands for.
///
/// # Errors
/// Everything that is wrong with it and with what it includes.
pub fn expand(source: Source, shelf: &dyn Shelf) -> Result<Contents, Vec<Diagnostic>> {
    let file = load(source.clone()).map_err(|found| closer(&source, found))?;
    let is_part = file.head.part.is_some();
    let files = with_includes(file, shelf)?;
    let Some(own) = files.last() else { return Ok(Contents::Part) };
    if is_part {
        return part(&files, own).map(|()| Contents::Part);
    }
    if let Some(table) = &own.head.table {
        check_columns(table, own)?;
    }
    let used = check_variables(&files)?;
    let table = own.head.table.as_ref();
    let rows: Vec<Option<(String, &Cells)>> = match table {
        None => vec![None],
        Some(table) => named(table, own)?.into_iter().map(Some).collect(),
    };
    let whole: usize = files.iter().map(|file| file.source.text.len()).sum();
    let mut cases = Vec::new();
    let mut mistakes = Vec::new();
    let counts = used.iter().any(|reference| reference.name == ROUND);
    let mut parsed = 0;
    for row in &rows {
        let variables = Variables::of(&files, row.as_ref().map(|(_, cells)| *cells));
        match case(&files, &variables, counts, &mut parsed) {
            Ok(scenario) => cases.push(Row { name: row.as_ref().map(|(name, _)| name.clone()), scenario }),
            Err(found) => {
                for (one, moved) in found.into_iter().map(|one| variables.at_its_source(one)) {
                    // One that stands at a value of the table needs no more words.
                    mistakes.push((one, row.as_ref().filter(|_| !moved).map(|(name, _)| name.clone())));
                }
            }
        }
        parsed += whole;
        if parsed > LARGEST {
            return Err(vec![too_much(&own.source)]);
        }
    }
    if mistakes.is_empty() { Ok(Contents::Cases(cases)) } else { Err(together(mistakes, rows.len())) }
}

/// A part is read for its own sake too, so that its mistakes are told before anybody includes it; not where somebody else
/// must give it values.
fn part(files: &[Loaded], own: &Loaded) -> Result<(), Vec<Diagnostic>> {
    let variables = Variables::of(files, None);
    let references = variables::references(&own.source)?;
    if !variables.defines(&references) {
        return Ok(());
    }
    let read =
        with_variables::<PartFile>(&own.source, &variables, 1).and_then(|file| check_repeats(&own.source, &file.steps));
    read.map_err(|found| found.into_iter().map(|one| variables.at_its_source(one).0).collect())
}

/// What is wrong with a table by itself is told before what follows from it.
fn check_columns(table: &Table, file: &Loaded) -> Result<(), Vec<Diagnostic>> {
    let Some(first) = table.rows.first() else {
        let help = "add one, or take the table out";
        return Err(vec![at_the_table(file, "the table has no rows", help)]);
    };
    if first.value.0.is_empty() && table.uneven.is_empty() {
        let help = "name them, such as `columns: [code, state]`, or take the table out";
        return Err(vec![at_the_table(file, "the table has no columns", help)]);
    }
    let uneven = table.uneven.iter().map(|location| {
        let message = "this row has not as many values as there are columns".to_owned();
        let help = "write a value for each of the columns".to_owned();
        Mistake { location: *location, message, help }.in_file(&file.source)
    });
    let names: Vec<_> = first.value.0.iter().map(|(name, _)| name).collect();
    let again = names
        .iter()
        .enumerate()
        .filter(|(index, name)| names.iter().take(*index).any(|other| other.value == name.value));
    let again = again.map(|(_, name)| {
        let message = format!("the column `{}` is there twice", name.value);
        let help = "give it another name, or take it out".to_owned();
        Mistake { location: name.referenced, message, help }.in_file(&file.source)
    });
    let mistakes: Vec<_> = uneven.chain(again).take(MISTAKES).collect();
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

fn at_the_table(file: &Loaded, message: &str, help: &str) -> Diagnostic {
    let place = file.source.text.find("table").map_or(0..0, |at| at..at + 5);
    Diagnostic::new(&file.source.path, &file.source.text, place, message.to_owned(), help.to_owned())
}

/// What is wrong with a file whose head cannot be read, as who looks at all of it tells it.
fn closer(source: &Source, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    if source.text.contains("${") {
        return found;
    }
    document::<ScenarioFile>(&source.path, &source.text, BEGIN).err().unwrap_or(found)
}

/// Looks at the variables of all files, and which are used.
fn check_variables(files: &[Loaded]) -> Result<Vec<Reference>, Vec<Diagnostic>> {
    let Some(own) = files.last() else { return Ok(Vec::new()) };
    let rows = own.head.table.iter().flat_map(|table| &table.rows);
    let rows: Vec<_> = rows.map(|row| Some(&row.value)).chain([None]).collect();
    let first = Variables::of(files, rows.first().copied().flatten());
    let (mut used, mut mistakes) = (Vec::new(), Vec::new());
    for file in files {
        let references = variables::references(&file.source)?;
        mistakes.extend(variables::check(&file.source, &file.head, &references, &first));
        used.extend(references);
    }
    if mistakes.is_empty() {
        let naming = own.head.table.as_ref().and_then(naming);
        mistakes = variables::unused(files, &used, naming);
    }
    mistakes.truncate(MISTAKES);
    if mistakes.is_empty() { Ok(used) } else { Err(mistakes) }
}

/// The column whose values name the rows: `name`, or the first.
fn naming(table: &Table) -> Option<&str> {
    let first = &table.rows.first()?.value.0;
    let column = first.iter().find(|(name, _)| name.value == "name").or_else(|| first.first())?;
    Some(&column.0.value)
}

/// The rows of a table with their names, which must tell them apart.
fn named<'t>(table: &'t Table, file: &Loaded) -> Result<Vec<(String, &'t Cells)>, Vec<Diagnostic>> {
    let mut mistakes = Vec::new();
    let mut wrong = |location, message: String, help: String| {
        mistakes.push(Mistake { location, message, help }.in_file(&file.source));
    };
    // A table without rows or columns, and one with uneven rows, were refused before.
    let Some(naming) = naming(table) else { return Ok(Vec::new()) };
    let columns: BTreeSet<&str> = table.rows.iter().take(1).flat_map(|row| names(&row.value)).collect();
    let mut named: Vec<(String, &Cells)> = Vec::new();
    for row in &table.rows {
        let own: BTreeSet<&str> = names(&row.value).collect();
        if let Some(missing) = columns.symmetric_difference(&own).next() {
            let message = format!("the rows differ: `{missing}` is not in each of them");
            wrong(row.referenced, message, "give every row the same columns".to_owned());
            continue;
        }
        let Some((_, name)) = row.value.0.iter().find(|(column, _)| column.value == naming) else { continue };
        let good = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
        if name.value.is_empty() || name.value.len() > 64 || !name.value.chars().all(good) {
            let message = format!("`{}` cannot name a case", name.value);
            let help = "use letters, digits, -, _, . and +; a column `name` names the cases of a table";
            wrong(name.referenced, message, help.to_owned());
        } else if named.iter().any(|(other, _)| *other == name.value) {
            let message = format!("two rows are called `{}`", name.value);
            wrong(name.referenced, message, "give them a column `name` that tells them apart".to_owned());
        } else {
            named.push((name.value.clone(), &row.value));
        }
    }
    if mistakes.is_empty() { Ok(named) } else { Err(mistakes) }
}

fn names(cells: &Cells) -> impl Iterator<Item = &str> {
    cells.0.iter().map(|(name, _)| name.value.as_str())
}

/// One case: every file with the case's variables, put together and checked.
fn case(
    files: &[Loaded],
    variables: &Variables<'_>,
    counts: bool,
    parsed: &mut usize,
) -> Result<Scenario, Vec<Diagnostic>> {
    let Some((own, parts)) = files.split_last() else { return Err(Vec::new()) };
    let mut given = Given::default();
    let mut pieces = Vec::new();
    for part in parts {
        let file: PartFile = with_variables(&part.source, variables, 1)?;
        let readings = readings(&part.source, &file.steps, variables, counts, parsed, |file: PartFile| file.steps)?;
        let steps = written_out(&file.steps, &readings);
        add(&mut given, file.given, &with_variables::<Said>(&part.source, variables, 1)?);
        pieces.push(Piece { source: &part.source, steps, expect: file.expect });
    }
    let file: ScenarioFile = with_variables(&own.source, variables, 1)?;
    let readings = readings(&own.source, &file.steps, variables, counts, parsed, |file: ScenarioFile| file.steps)?;
    let steps = written_out(&file.steps, &readings);
    if parts.is_empty() {
        given = file.given.clone();
    } else {
        add(&mut given, file.given.clone(), &with_variables::<Said>(&own.source, variables, 1)?);
    }
    let ScenarioFile { title, roles, covers, expect, .. } = file;
    pieces.push(Piece { source: &own.source, steps, expect });
    let mut scenario = Scenario { title, roles, covers, given, steps: Vec::new(), expect: Vec::new() };
    let mistakes = check(&own.source, &scenario, &pieces);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let last = pieces.len().saturating_sub(1);
    for (index, mut piece) in pieces.into_iter().enumerate() {
        // A line of a report is one of the scenario's own file.
        if index < last {
            piece.steps.iter_mut().for_each(Step::unplace);
            piece.expect.iter_mut().for_each(|one| one.referenced = Location::UNKNOWN);
        }
        scenario.steps.extend(piece.steps);
        scenario.expect.extend(piece.expect);
    }
    Ok(scenario)
}

/// The steps of a file in the rounds after the first, when something in them counts rounds.
fn readings<T: serde::de::DeserializeOwned>(
    source: &Source,
    steps: &[Step],
    variables: &Variables<'_>,
    counts: bool,
    parsed: &mut usize,
    take: impl Fn(T) -> Vec<Step>,
) -> Result<Vec<Vec<Step>>, Vec<Diagnostic>> {
    check_repeats(source, steps)?;
    let last = if counts { rounds(steps) } else { 1 };
    *parsed += source.text.len() * usize::try_from(last).unwrap_or_default();
    if *parsed > LARGEST {
        return Err(vec![too_much(source)]);
    }
    (2..=last).map(|round| with_variables(source, variables, round).map(&take)).collect()
}

fn too_much(source: &Source) -> Diagnostic {
    let help = "split it into several files".to_owned();
    let message = "its rows and rounds are more than can be read".to_owned();
    Diagnostic::new(&source.path, &source.text, 0..0, message, help)
}

fn written_out(first: &[Step], rest: &[Vec<Step>]) -> Vec<Step> {
    let all: Vec<&[Step]> = std::iter::once(first).chain(rest.iter().map(Vec::as_slice)).collect();
    unroll(&all)
}

/// Repeated steps are bounded before they are written out.
fn check_repeats(source: &Source, steps: &[Step]) -> Result<(), Vec<Diagnostic>> {
    let mut total = 0_usize;
    for step in steps.iter().flat_map(Step::all) {
        total += 1;
        let Step::Repeat(repeat) = step else { continue };
        let times = repeat.value.times;
        let inner: Vec<_> = repeat.value.steps.iter().flat_map(Step::all).collect();
        total = total.saturating_add(inner.len().saturating_mul(usize::try_from(times).unwrap_or(usize::MAX)));
        let (message, help) = if inner.iter().any(|step| matches!(step, Step::Repeat(_))) {
            ("`repeat` within `repeat`", "write the inner steps out: rounds have one number".to_owned())
        } else if times == 0 || times > ROUNDS {
            ("it is not repeated so often", format!("write `times` from 1 to {ROUNDS}"))
        } else if total > STEPS {
            ("these are too many steps", format!("a scenario has at most {STEPS}, each round counted"))
        } else {
            continue;
        };
        return Err(vec![Mistake { location: repeat.referenced, message: message.to_owned(), help }.in_file(source)]);
    }
    Ok(())
}

/// The mistakes of all cases, each told once; one that is not in all of them says in which.
fn together(mistakes: Vec<(Diagnostic, Option<String>)>, cases: usize) -> Vec<Diagnostic> {
    let mut all: Vec<(Diagnostic, usize, Option<String>)> = Vec::new();
    for (one, row) in mistakes {
        match all.iter_mut().find(|(known, _, _)| *known == one) {
            Some((_, count, _)) => *count += 1,
            None => all.push((one, 1, row)),
        }
    }
    let told = all.into_iter().map(|(mut one, count, row)| {
        if let Some(row) = row.filter(|_| count < cases) {
            one.message = format!("{} (in row `{row}`)", one.message);
        }
        one
    });
    told.take(MISTAKES).collect()
}
