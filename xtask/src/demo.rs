//! The whole product on this machine: server, worker and both pages, with people to try them as.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::server::{Profile, Server, build, port};
use crate::setup;
use crate::shell::{command, run, say, which};
use crate::web;
use crate::workspace::cache;

/// What the caller asked for.
pub(crate) struct Demo {
    port: u16,
    data: Option<PathBuf>,
    check: bool,
}

impl Demo {
    /// Reads `--check`, `--port N` and `--data DIR`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut demo = Self {
            port: 8080,
            data: None,
            check: false,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match *word {
                "--check" => demo.check = true,
                "--port" => demo.port = value()?.parse().context("--port needs a number")?,
                "--data" => demo.data = Some(std::path::absolute(value()?)?),
                unknown => bail!("demo does not know {unknown}: --check, --port N, --data DIR"),
            }
        }
        Ok(demo)
    }

    /// Starts everything. Ends with Ctrl-C, or with `--check` when both stories have been walked.
    pub(crate) fn run(&self) -> Result<()> {
        let start = Instant::now();
        let program = made()?;
        let folder = cache().join(format!("demo-{}", std::process::id()));
        let data = self.data.as_ref().unwrap_or(&folder);
        let wanted = if self.check { 0 } else { self.port };
        let port = port(wanted)?;
        if wanted != 0 && port != wanted {
            say(&format!("port {wanted} is taken: {port} instead"));
        }
        let server = Server::start(&program, data, port)?;
        say(&format!(
            "the server answers at {} after {:.1} s in all",
            server.url,
            start.elapsed().as_secs_f64()
        ));
        let outcome = if self.check {
            check(server)
        } else {
            show(server, self.data.is_some())
        };
        if self.data.is_none() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        outcome
    }
}

/// Everything that has to be built: what npm brings arrives while cargo compiles.
fn made() -> Result<PathBuf> {
    thread::scope(|scope| {
        let npm = scope.spawn(setup::npm_packages);
        let program = build(Profile::Dev)?;
        npm.join()
            .map_err(|_| anyhow::anyhow!("installing npm packages panicked"))??;
        web::pages()?;
        Ok(program)
    })
}

fn show(mut server: Server, kept: bool) -> Result<()> {
    let (tell, stop) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more once the server is being stopped.
        let _ = tell.send(());
    })?;
    let applicant = server.open_session()?;
    let backoffice = format!("{}/backoffice/", server.url);
    println!(
        "\n  The applicant's page (the link works once, within ten minutes)\n    {applicant}\n"
    );
    println!("  The backoffice\n    {backoffice}");
    for reviewer in &server.reviewers {
        println!("    {:<8} password {}", reviewer.name, reviewer.password);
    }
    println!("\n  Another session: the API key is {}", server.api_key);
    println!("    curl -X POST {}/integrator/v1/sessions \\", server.url);
    println!(
        "      -H 'authorization: Bearer {}' -H \"idempotency-key: $RANDOM\" \\",
        server.api_key
    );
    println!("      -H 'content-type: application/json' -d '{{}}'");
    println!("\n  The server's log is {}", server.log.display());
    println!(
        "  Ctrl-C ends it{}.\n",
        if kept {
            "; the data stays"
        } else {
            " and deletes its data"
        }
    );
    open_tab(&backoffice);
    open_tab(&applicant);
    while stop.recv_timeout(Duration::from_millis(200)).is_err() {
        if let Some(status) = server.ended()? {
            bail!(
                "the server ended by itself ({status}): see {}",
                server.log.display()
            );
        }
    }
    say("stopping");
    server.stop()?;
    say("stopped");
    Ok(())
}

fn check(server: Server) -> Result<()> {
    let chromium = setup::chromium()?;
    let reviewer = server.reviewers.first().context("nobody may sign in")?;
    let start = Instant::now();
    let walked = run(command("node e2e/walk.mjs")
        .env("CHROMIUM", chromium)
        .env("KYC_URL", &server.url)
        .env("KYC_API_KEY", &server.api_key)
        .env("KYC_REVIEWER", reviewer.name)
        .env("KYC_PASSWORD", &reviewer.password));
    if walked.is_err() {
        say(&format!(
            "the server said:\n{}",
            std::fs::read_to_string(&server.log).unwrap_or_default()
        ));
    }
    server.stop()?;
    walked?;
    say(&format!(
        "both stories walked in {:.1} s",
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Where there is a desktop, a tab; elsewhere the printed link has to do.
fn open_tab(link: &str) {
    let desktop = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opened = if cfg!(target_os = "macos") {
        Command::new("open").arg(link).status()
    } else if cfg!(windows) {
        Command::new("cmd")
            .args(["/c", "start", ""])
            .arg(link)
            .status()
    } else if (desktop("DISPLAY") || desktop("WAYLAND_DISPLAY")) && which("xdg-open").is_some() {
        Command::new("xdg-open").arg(link).status()
    } else {
        return;
    };
    if !opened.is_ok_and(|status| status.success()) {
        say("no browser opened by itself: follow the links");
    }
}
