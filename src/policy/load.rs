//! Files to a policy.

use super::compile::{Mode, compile};
use super::place::{RoleName, Spot};
use super::problem::{Problem, Warning};
use super::reader::Reader;
use super::report::{Report, Span};
use super::role::Role;
use super::rule::Rule;
use super::syntax::{self, Block, Entry, File};
use super::text::shown;
use super::tree::Node;
use super::who::Who;
use super::{Case, Policy, Source, agree, cases_read, hidden, lint, quota_read, tenant, told, tree, who_read};

/// The most rules of one file: one for each operation that an entry covers, in each role that has it.
pub const MAX_RULES: usize = 200_000;

/// A role and where it stands, for what is found by looking at all roles.
pub(super) struct Placed {
    pub(super) role: Role,
    pub(super) name: Spot,
    pub(super) who: Spot,
}

/// What was found in the files so far.
#[derive(Default)]
struct Gathered {
    roles: Vec<Placed>,
    /// What stands under `never` at the top of some file.
    never: Vec<Rule>,
    cases: Vec<(Case, Spot)>,
    problems: Vec<Problem>,
    warnings: Vec<Warning>,
}

/// A file on its way to roles, and how many rules it has come to so far.
struct Work<'r, 's, 't> {
    reader: &'r mut Reader<'s, 't>,
    rules: usize,
}

/// A part, compiled once for all roles that include it.
struct Part<'t> {
    block: Block<'t>,
    may: Vec<Rule>,
    never: Vec<Rule>,
    used: bool,
}

/// Reads a policy, or says everything that is wrong with it.
pub(super) fn load(sources: &[Source]) -> Result<Policy, Vec<Problem>> {
    let mut all = Gathered::default();
    for source in sources {
        read_source(source, &mut all);
    }
    across_files(sources, &mut all);
    share_never(&mut all);
    if !all.problems.is_empty() {
        return Err(in_order(all.problems, |problem| &problem.spot, sources));
    }
    all.warnings.extend(lint::roles(&all.roles));
    let policy = Policy {
        roles: all.roles.into_iter().map(|placed| placed.role).collect(),
        cases: all.cases.into_iter().map(|(case, _)| case).collect(),
        warnings: in_order(all.warnings, |warning| &warning.spot, sources),
    };
    let fences: Vec<String> = policy.fences().map(str::to_owned).collect();
    Ok(policy.fenced(&fences))
}

/// By file and place; one word that was judged for several operations complains once.
fn in_order<T: Ord>(mut found: Vec<T>, spot: impl Fn(&T) -> &Spot, sources: &[Source]) -> Vec<T> {
    let file = |found: &T| sources.iter().position(|source| source.name == spot(found).file);
    found.sort_by(|a, b| file(a).cmp(&file(b)).then_with(|| spot(a).bytes.cmp(&spot(b).bytes)).then_with(|| a.cmp(b)));
    found.dedup();
    found
}

fn read_source(source: &Source, all: &mut Gathered) {
    let mut report = Report::new(source);
    let root = tree::read(&mut report);
    if let Some(root) = &root {
        hidden::look_inside(&mut report, root);
        if report.problems.is_empty() {
            agree::check(&mut report, root);
        }
        let mut reader = Reader::new(report);
        read_file(&mut reader, root, all);
        report = reader.report;
    }
    all.problems.append(&mut report.problems);
    all.warnings.append(&mut report.warnings);
}

fn read_file<'t>(reader: &mut Reader<'_, 't>, root: &'t Node, all: &mut Gathered) {
    let File { parts, roles, never, tests } = syntax::file(reader, root);
    let mut work = Work { reader, rules: 0 };
    all.never.extend(work.rules(&never, Mode::Never));
    let mut parts: Vec<Part<'t>> = parts.into_iter().map(|block| work.part(block)).collect();
    for block in roles {
        all.roles.extend(work.role(&block, &mut parts));
    }
    for (index, node) in tests.iter().enumerate() {
        let case = cases_read::case(reader, node, index);
        all.cases.extend(case.map(|(case, span)| (case, reader.report.spot(span))));
    }
    for part in parts.iter().filter(|part| !part.used) {
        lint::unused(&mut reader.report, part.block.span, "part", part.block.name);
    }
    for pair in reader.unused() {
        lint::unused(&mut reader.report, pair.key.span, "let", &pair.key.text);
    }
}

impl<'t> Work<'_, '_, 't> {
    fn rules(&mut self, entries: &[Entry<'t>], mode: Mode) -> Vec<Rule> {
        let mut all = Vec::new();
        for entry in entries {
            let rules = compile(self.reader, entry, mode);
            if !self.has_room(rules.len(), entry.span) {
                return all;
            }
            lint::entry(&mut self.reader.report, entry, &rules, mode);
            all.extend(rules);
        }
        lint::repeated(&mut self.reader.report, entries);
        all
    }

    /// Counts rules; a file that comes to too many is no policy but an attack on memory.
    fn has_room(&mut self, more: usize, span: Span) -> bool {
        let before = self.rules;
        self.rules = before.saturating_add(more);
        if before <= MAX_RULES && self.rules > MAX_RULES {
            let message = format!("the entries up to here come to more than {MAX_RULES} rules");
            self.reader.report.problem_with_help(span, message, "list each operation once");
        }
        self.rules <= MAX_RULES
    }

    fn part(&mut self, mut block: Block<'t>) -> Part<'t> {
        let may = self.rules(&block.may, Mode::May);
        let never = self.rules(&block.never, Mode::Never);
        for (_, span) in std::mem::take(&mut block.includes) {
            self.reader.report.problem(span, "a part cannot include another");
        }
        Part { block, may, never, used: false }
    }

    fn role(&mut self, block: &Block<'t>, parts: &mut [Part<'t>]) -> Option<Placed> {
        let mut may = self.rules(&block.may, Mode::May);
        let mut never = self.rules(&block.never, Mode::Never);
        for (name, span) in &block.includes {
            match parts.iter_mut().find(|part| part.block.name == *name) {
                Some(part) => self.include(part, *span, &mut may, &mut never),
                None => no_part(self.reader, *span, name, parts),
            }
        }
        let who = who_of(self.reader, block);
        let who_span = block.who.map_or(block.span, |pair| pair.key.span);
        let (name, who_spot) = (self.reader.report.spot(block.span), self.reader.report.spot(who_span));
        let tenant = tenant::read(self.reader, block.tenant, block.shared);
        let quotas = quota_read::read(self.reader, block.quotas, block.name, block.tenant.is_some());
        let role = Role::new(RoleName::new(block.name), who?, may, never);
        if block.tenant.is_none() && role.says_own() {
            let message = format!("the role {} says `own`, and has no `tenant`", shown(block.name));
            let help = "`tenant: NAME` labels what the role makes, and `own` is what carries that label";
            self.reader.report.problem_with_help(block.span, message, help);
        }
        let role = role.behind(tenant).within(quotas);
        Some(Placed { role, name, who: who_spot })
    }

    fn include(&mut self, part: &mut Part<'_>, span: Span, may: &mut Vec<Rule>, never: &mut Vec<Rule>) {
        part.used = true;
        if self.has_room(part.may.len() + part.never.len(), span) {
            may.extend_from_slice(&part.may);
            never.extend_from_slice(&part.never);
        }
    }
}

fn no_part(reader: &mut Reader<'_, '_>, span: Span, name: &str, parts: &[Part<'_>]) {
    let known = parts.iter().map(|part| part.block.name);
    reader.report.unknown(span, format!("no part is called {}", shown(name)), name, known);
}

fn who_of<'t>(reader: &mut Reader<'_, 't>, block: &Block<'t>) -> Option<Who> {
    let Some(pair) = block.who else {
        let message = format!("the role {} does not say for whom it is", shown(block.name));
        reader.report.problem_with_help(block.span, message, "write `who: anyone`, or `who: [{ uid: 1001 }]`");
        return None;
    };
    who_read::who(reader, pair)
}

/// What only shows when all files are known.
fn across_files(sources: &[Source], all: &mut Gathered) {
    if sources.is_empty() {
        let spot = Spot { file: "".into(), line: 0, column: 0, bytes: Default::default() };
        all.problems.push(Problem { spot, message: "there is no policy file".into(), help: None });
    }
    for (index, placed) in all.roles.iter().enumerate() {
        let before = all.roles.iter().take(index);
        if let Some(first) = before.clone().find(|other| other.role.name() == placed.role.name()) {
            let message = format!("there is another role {}", shown(placed.role.name().as_str()));
            all.problems.push(elsewhere(&placed.name, message, &first.name));
        }
        let others = |placed: &&Placed| matches!(placed.role.who, Who::Others);
        if let Some(first) = before.clone().find(others).filter(|_| others(&placed)) {
            let message = "only one role can be for `others`".to_owned();
            all.problems.push(elsewhere(&placed.who, message, &first.who));
        }
    }
    for (_, spot) in all.cases.iter().filter(|(case, _)| all.roles.len() > 1 && case.says_nobody()) {
        let message = "the policy has several roles, so the test must say who asks".into();
        let help = Some("add `as: { uid: 1001 }`, or `as: anyone`".into());
        all.problems.push(Problem { spot: spot.clone(), message, help });
    }
}

/// Several files are one policy: what one of them forbids at its top holds for the roles of all.
fn share_never(all: &mut Gathered) {
    let most = MAX_RULES / all.never.len().max(1);
    if let Some(placed) = all.roles.get(most) {
        let message = format!("`never` for the roles up to here comes to more than {MAX_RULES} rules");
        let help = Some("list each operation once".into());
        return all.problems.push(Problem { spot: placed.name.clone(), message, help });
    }
    for placed in &mut all.roles {
        placed.role.forbid(&all.never);
    }
}

fn elsewhere(spot: &Spot, message: String, first: &Spot) -> Problem {
    let help = Some(format!("the first stands in {}, line {}", first.file, first.line));
    Problem { spot: spot.clone(), message, help }
}

impl Case {
    fn says_nobody(&self) -> bool {
        matches!(self.told.who, told::As::OnlyRole)
    }
}
