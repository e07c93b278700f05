//! Every command that people and CI run on this repository, under one name: `cargo xtask <command>`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks to the person who called it"
)]

mod additional_steps;
mod bench;
mod checks;
mod count;
mod demo;
mod docs;
mod evidence;
mod fresh;
mod instructions;
mod purity;
mod reliability;
mod server;
mod setup;
mod shell;
mod size;
mod web;
mod workspace;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <command>

  demo             server, worker and both pages on this machine; prints the links and the passwords
                   --port N (8080), --data DIR (else the data goes when the demo ends)
  demo additional-steps
                   the same with a bill, a photo and a form besides: webhooks are received, verified and printed
  demo --check     either on a free port, walked by one applicant and one reviewer in headless Chromium
  test [name...]   every check that CI runs, or only the named ones
  test --list      their names, in order
  setup            what the other commands need and this machine lacks
  wasm             the core as WebAssembly and the npm package around it
  pages            the applicant page and the backoffice, ready to be served
  reliability      real faults against every store: failing calls, killed servers and databases, cut connections, lost power
                   --long, --seed N, --write (docs/reliability.md), or only the named scenarios
  bench            what a step costs beside XState, Ballerine and raw statig; what stores and server carry, and how that grows
                   --quick, --write (docs/performance.md), or only the named parts: steps, commits, flows, growth, page
  instructions     counts the instructions of the core's work, and holds them against benches/instructions.json; --write keeps them
  size             what a page downloads of the package, and what each part of the WebAssembly is for; --write for docs/size.md
  statechart       writes docs/statechart.md anew from the charts
  pictures         takes the README's pictures anew, on a walk through both pages
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["test", "--list"] => checks::list(),
        ["test", names @ ..] => checks::run_named(names),
        ["demo", words @ ..] => done(demo::Demo::parse(words).and_then(|demo| demo.run())),
        ["setup"] => done(setup::everything()),
        ["wasm"] => done(web::wasm()),
        ["pages"] => done(web::pages()),
        ["reliability", words @ ..] => reliability::run(words),
        ["bench", words @ ..] => done(bench::run_words(words)),
        ["instructions"] => done(instructions::check()),
        ["instructions", "--write"] => done(instructions::write()),
        ["size"] => done(size::show()),
        ["size", "--write"] => done(size::write()),
        ["statechart"] => done(docs::statechart()),
        ["pictures"] => done(docs::pictures()),
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        [unknown, ..] => {
            eprint!("there is no command {unknown:?}\n\n{HELP}");
            Ok(ExitCode::from(2))
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

fn done(outcome: anyhow::Result<()>) -> anyhow::Result<ExitCode> {
    outcome.map(|()| ExitCode::SUCCESS)
}
