//! The whole product on this machine: server, worker and both pages, with people to try them as.

use std::path::PathBuf;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::additional_steps::{self, Example};
use crate::server::{More, Profile, Server, build, port};
use crate::setup;
use crate::shell::{command, run, say, which};
use crate::web;
use crate::workspace::cache;

/// What the caller asked for.
pub(crate) struct Demo {
    port: u16,
    data: Option<PathBuf>,
    check: bool,
    /// Nothing: the manual review.
    example: Option<Example>,
}

impl Demo {
    /// Reads `additional-steps`, `--check`, `--port N` and `--data DIR`.
    pub(crate) fn parse(words: &[&str]) -> Result<Self> {
        let mut demo = Self {
            port: 8080,
            data: None,
            check: false,
            example: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .with_context(|| format!("{word} needs a value"))
            };
            match *word {
                "additional-steps" => demo.example = Some(Example::new()?),
                "--check" => demo.check = true,
                "--port" => demo.port = value()?.parse().context("--port needs a number")?,
                "--data" => demo.data = Some(std::path::absolute(value()?)?),
                unknown => bail!(
                    "demo does not know {unknown}: additional-steps, --check, --port N, --data DIR"
                ),
            }
        }
        Ok(demo)
    }

    /// Starts everything. Ends with Ctrl-C, or with `--check` when it has been walked.
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
        let more = match &self.example {
            Some(example) => example.more(data)?,
            None => More::default(),
        };
        let server = Server::start(&program, data, port, &more)?;
        say(&format!(
            "the server answers at {} after {:.1} s in all",
            server.url,
            start.elapsed().as_secs_f64()
        ));
        let outcome = if self.check {
            self.walk(server)
        } else {
            self.show(server)
        };
        if self.data.is_none() {
            let _ = std::fs::remove_dir_all(&folder);
        }
        outcome
    }

    fn show(&self, mut server: Server) -> Result<()> {
        let (tell, stop) = mpsc::channel();
        ctrlc::set_handler(move || {
            // Nobody listens any more once the server is being stopped.
            let _ = tell.send(());
        })?;
        let backoffice = format!("{}/backoffice/", server.url);
        let receiver = self.example.as_ref().map(Example::receive).transpose()?;
        let (applicant, next) = match &self.example {
            Some(example) => invite(example, &server)?,
            None => (server.open_session()?, another(&server)),
        };
        println!("\n  The applicant's page (the link works once)\n    {applicant}\n");
        println!("  The backoffice\n    {backoffice}");
        for reviewer in &server.reviewers {
            println!("    {:<8} password {}", reviewer.name, reviewer.password);
        }
        println!(
            "\n  {next}\n\n  The server's log is {}",
            server.log.display()
        );
        println!(
            "  Ctrl-C ends it{}.\n",
            match self.data {
                Some(_) => "; the data stays",
                None => " and deletes its data",
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
        drop(receiver);
        say("stopped");
        Ok(())
    }

    fn walk(&self, server: Server) -> Result<()> {
        let chromium = setup::chromium()?;
        let reviewer = server.reviewers.first().context("nobody may sign in")?;
        let start = Instant::now();
        let mut walk = match &self.example {
            Some(example) => additional_steps::walk(example),
            None => command("node e2e/walk.mjs"),
        };
        let walked = run(walk
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
        say(&format!("walked in {:.1} s", start.elapsed().as_secs_f64()));
        Ok(())
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

/// The applicant's link, and what the company can do once the session is decided.
fn invite(example: &Example, server: &Server) -> Result<(String, String)> {
    let opened = example.open_session(server)?;
    let next = format!(
        "The passport lies in e2e/fixtures, the bill in examples/additional-steps. What the company is told is printed here,\n  \
         its signature verified. Once it is decided, the company hands in a newer bill:\n    {}",
        example.hand_in(server, &opened)
    );
    Ok((opened.link, next))
}

/// How another session is opened.
fn another(server: &Server) -> String {
    format!(
        "Another session: the API key is {key}\n    \
         curl -X POST {url}/integrator/v1/sessions \\\n      \
         -H 'authorization: Bearer {key}' -H \"idempotency-key: $RANDOM\" \\\n      \
         -H 'content-type: application/json' -d '{{}}'",
        key = server.api_key,
        url = server.url,
    )
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
