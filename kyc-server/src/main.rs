//! `kyc-server`: one process that serves both pages, keeps sessions and carries their effects.

mod audit;
mod auditing;
mod belonging;
mod checkpoints;
mod damaged;
mod dead_letters;
mod erasures;
mod hold_list;
mod installation;
mod keeping;
mod ledger;
mod moving;

use std::fs;
use std::io::{self, IsTerminal, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use kyc_core::{Flow, ReviewerId};
use kyc_persist::Wake;
use kyc_server::config::Config;
use kyc_server::secrets::{Password, Secret, digest_of, warn_of_readers};
use kyc_server::{Parts, Server, SteadyClock, logs, pdf};

/// The KYC authority over HTTP.
#[derive(Debug, Parser)]
#[command(name = "kyc-server", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Serve until the process is asked to stop. What happens when no command is named.
    Serve(Box<Serve>),
    /// Read a password and print the lines of a reviewer for the configuration.
    Reviewer {
        /// Under which name they sign in: 1 to 64 of A-Z a-z 0-9 _ - . @
        name: ReviewerId,
        /// May look and not decide.
        #[arg(long)]
        viewer: bool,
    },
    /// Print a new API key, once, and the lines of its digest for the configuration.
    ApiKey {
        /// Who is to use it.
        #[arg(default_value = "integrator")]
        name: String,
        /// Also a pair for HTTP Basic, for a backend that speaks the compatible surface below /api/v2.
        #[arg(long)]
        basic: bool,
    },
    /// Print a new secret for webhooks, once: keep it in a file of its own, and give it to whoever is told.
    WebhookSecret,
    /// Work with Flow files.
    Flow {
        #[command(subcommand)]
        task: FlowTask,
    },
    /// Move a whole installation from one store to another, and see that it is the same.
    ///
    /// Stop the server first: an embedded store is refused while somebody has it open, and of PostgreSQL what is committed
    /// after the beginning is not seen. Everything moves as it is stored; what is sealed stays sealed, and no key is needed.
    ///
    /// An installation is more than its store. Its vault (<store>.vault, or --vault of the server) is moved by the same
    /// commands, as a store of its own and into a file that is kept apart from the other. Its key and its secret
    /// (<store>.key, <store>.secret), the file of its checkpoints and the directory of its images are copied as they are.
    Store {
        #[command(subcommand)]
        task: moving::Task,
    },
    /// Print the description of the interface: OpenAPI 3.1.
    Openapi,
    /// Draw the PDF on the standard input for the server that started this.
    #[command(hide = true)]
    DrawPdf {
        pages: u32,
        seconds: u32,
        megabytes: u32,
    },
    /// Sign where the journals stand, and find out whether they are what they were.
    Audit {
        #[command(subcommand)]
        task: Box<audit::Task>,
    },
    /// Keep the list of who was erased, and erase again whom a restored backup has brought back.
    Erasures {
        #[command(subcommand)]
        task: erasures::Task,
    },
    /// Forbid erasing a session, and allow it again.
    Hold {
        #[command(subcommand)]
        task: hold_list::Task,
    },
    /// Look at what could not be delivered, and put it back.
    Outbox {
        #[command(subcommand)]
        task: dead_letters::Task,
    },
}

#[derive(Debug, Subcommand)]
enum FlowTask {
    /// Tell everything that is wrong with a Flow file, each with its place. Exit code 2 when there is something.
    Check {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen.
    #[arg(long, env = "KYC_LISTEN", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Under which address browsers find this server; that of --listen when left out.
    #[arg(long, env = "KYC_PUBLIC_URL")]
    public_url: Option<String>,
    /// Where sessions are kept: `memory`, which forgets with the process, `sled:DIRECTORY`, `redb:DIRECTORY`, or
    /// `postgres:URL` for any number of servers on one database.
    #[arg(
        long,
        env = "KYC_STORE",
        hide_env_values = true,
        default_value = "memory"
    )]
    store: String,
    /// The directory of the images. Beside a sled or redb store when left out, else in memory.
    #[arg(long, env = "KYC_BLOBS")]
    blobs: Option<PathBuf>,
    /// The images are gone or another directory's, and the server is to go on with what is there. Not for every start: it
    /// keeps a disk that is not mounted from being taken for one without images.
    #[arg(long)]
    images_are_lost: bool,
    /// The Flows that sessions may be opened with, the first by default; the manual review when left out.
    #[arg(
        long = "flow",
        env = "KYC_FLOWS",
        value_delimiter = ',',
        value_name = "FILE"
    )]
    flows: Vec<PathBuf>,
    /// A directory that holds `apply/` and `backoffice/`.
    #[arg(long, env = "KYC_PAGES")]
    pages: Option<PathBuf>,
    /// Reviewers, API keys, limits: a TOML file.
    #[arg(long, env = "KYC_CONFIG")]
    config: Option<PathBuf>,
    /// The file of the key that digests in the journal are made with; created when it is not there. Beside the store
    /// when left out.
    #[arg(long, env = "KYC_SECRET")]
    secret: Option<PathBuf>,
    /// The clock of this machine is right at this start, though the server was off for days or the clock is behind what was
    /// known. Not for every start: it keeps a wrong clock from erasing everybody.
    #[arg(long)]
    clock_is_right: bool,
    #[command(flatten)]
    sealing: keeping::Sealing,
    #[command(flatten)]
    checkpoints: audit::Periodic,
}

/// Why the process ends, each line for a person.
#[derive(Debug)]
struct Failure {
    lines: Vec<String>,
    code: u8,
}

impl Failure {
    fn of(line: impl ToString) -> Self {
        Self {
            lines: vec![line.to_string()],
            code: 1,
        }
    }

    /// What was written by hand is wrong.
    fn in_file(file: &Path, faults: impl IntoIterator<Item = impl ToString>) -> Self {
        let file = file.display();
        let lines = faults
            .into_iter()
            .map(|fault| format!("{file}: {}", fault.to_string()));
        Self {
            lines: lines.collect(),
            code: 2,
        }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.task {
        None => serve(cli.serve),
        Some(Task::Serve(options)) => serve(*options),
        Some(Task::Reviewer { name, viewer }) => reviewer(&name, viewer),
        Some(Task::ApiKey { name, basic }) => api_key(&name, basic),
        Some(Task::WebhookSecret) => say(&format!("{}\n", Secret::of_webhooks().reveal())),
        Some(Task::Flow {
            task: FlowTask::Check { file },
        }) => flow(&file).map(drop),
        Some(Task::Store { task }) => moving::run(task),
        Some(Task::Openapi) => say(&Server::openapi()),
        Some(Task::DrawPdf {
            pages,
            seconds,
            megabytes,
        }) => pdf::draw(pdf::Bounds {
            pages,
            seconds,
            megabytes,
        })
        .map_err(Failure::of),
        Some(Task::Audit { task }) => audit::run(*task),
        Some(Task::Erasures { task }) => erasures::run(task),
        Some(Task::Hold { task }) => hold_list::run(task),
        Some(Task::Outbox { task }) => dead_letters::run(task),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for line in failure.lines {
                let _ = writeln!(io::stderr(), "kyc-server: {line}");
            }
            ExitCode::from(failure.code)
        }
    }
}

fn serve(options: Serve) -> Result<(), Failure> {
    let filter = std::env::var("RUST_LOG").unwrap_or_else(|_| "info".into());
    // Nobody has set another one: this is the first line that logs.
    let _ = tracing::subscriber::set_global_default(logs::subscriber(&filter, io::stderr));
    logs::panics_without_their_words();

    let config = match &options.config {
        Some(file) => {
            Config::parse(&read(file)?).map_err(|faults| Failure::in_file(file, faults))?
        }
        None => Config::default(),
    };
    let flows = match &options.flows[..] {
        [] => vec![Flow::manual_review()],
        files => files
            .iter()
            .map(|file| flow(file))
            .collect::<Result<_, _>>()?,
    };
    let secret = secret(&options)?;
    if let Some(pages) = &options.pages {
        are_there(pages)?;
    }
    let signing = options.checkpoints.key(&options.store)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::of)?;
    let has_pages = options.pages.is_some();
    runtime.block_on(async {
        let blobs = options.blobs.as_deref();
        let kept = keeping::open(&options.store, blobs, &options.sealing).await;
        let kept = kept.map_err(Failure::of)?;
        let images = keeping::images_of(&options.store, blobs).map_err(Failure::of)?;
        if let Some(images) = images {
            let checked = belonging::check(&*kept.grants, &images, options.images_are_lost);
            checked.await.map_err(Failure::of)?;
        }
        let listener = tokio::net::TcpListener::bind(options.listen)
            .await
            .map_err(|error| Failure::of(format!("{}: {error}", options.listen)))?;
        let address = listener.local_addr().map_err(Failure::of)?;
        let public_url = options
            .public_url
            .unwrap_or_else(|| format!("http://{address}"));
        let mut steady = SteadyClock::of_this_machine();
        if options.clock_is_right {
            steady = steady.is_right();
        }
        let mut server = Server::new(Parts {
            store: kept.store,
            grants: kept.grants,
            blobs: kept.blobs,
            flows,
            wake: Wake::new(),
            clock: steady.clock(),
            config,
            public_url: public_url.trim_end_matches('/').to_owned(),
            pages: options.pages,
            secret,
        });
        server = server
            .with_pulses(kept.pulses)
            .with_steady_clock(steady)
            .with_pdfs(this_program().map_err(Failure::of)?);
        if let Some(safe) = &kept.safe {
            server = server.with_safe(safe.clone());
        }
        if let Some(store) = kept.others {
            server = server.with_news(store.news());
        }
        if options.store == "memory" {
            tracing::warn!("sessions are kept in memory, and forgotten with this process");
        } else if options.store.starts_with("postgres") && options.blobs.is_none() {
            tracing::warn!("images are kept in memory, and forgotten with this process: name a directory with --blobs");
        }
        if !has_pages {
            tracing::info!("no pages are served here: links lead to /apply/ of the public URL");
        }
        if let Some(safe) = kept.rotating {
            tokio::spawn(keeping::rotate(safe));
        }
        if let Some(key) = signing {
            tokio::spawn(audit::keep_signing(kept.below, options.checkpoints, key));
        }
        server
            .run(listener, asked_to_stop())
            .await
            .map_err(Failure::of)
    })
}

/// The program that runs, even if another one lies at its path by now.
fn this_program() -> io::Result<PathBuf> {
    match cfg!(target_os = "linux") {
        true => Ok("/proc/self/exe".into()),
        false => std::env::current_exe(),
    }
}

/// The key that digests in the journal are made with. It has to outlive the process when the store does.
fn secret(options: &Serve) -> Result<[u8; 32], Failure> {
    let store = options.store.as_str();
    if store.starts_with("postgres") && options.secret.is_none() {
        return Err(Failure::of(
            "--store postgres: needs --secret FILE, the same for every server on this database",
        ));
    }
    let beside = store.split_once(':').map(|(_, directory)| directory);
    let beside = beside
        .map(|directory| PathBuf::from(format!("{}.secret", directory.trim_end_matches('/'))));
    match options.secret.clone().or(beside) {
        Some(file)
            if !file.exists()
                && keeping::is_there(store).is_ok()
                && !store.starts_with("postgres") =>
        {
            Err(Failure::in_file(
                &file,
                [
                    "there is no such file, and the store was made with one: put it back. If it is lost, put 64 hexadecimal \
                  digits there, as `openssl rand -hex 32` prints them; requests that were answered before are then not \
                  recognised when they are repeated",
                ],
            ))
        }
        Some(file) => key_in(&file),
        None => Ok(*Secret::random().digest().as_bytes()),
    }
}

/// Whether both pages are in that directory.
fn are_there(pages: &Path) -> Result<(), Failure> {
    for page in ["apply", "backoffice"] {
        let file = pages.join(page).join("index.html");
        if !file.is_file() {
            return Err(Failure::in_file(
                &file,
                ["there is no such page; `cargo xtask pages` builds both into target/pages"],
            ));
        }
    }
    Ok(())
}

/// The key that the text of a file stands for; the file is made for its owner alone when it is not there.
fn key_in(file: &Path) -> Result<[u8; 32], Failure> {
    warn_of_readers(file);
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(file, &Secret::random())?,
        Err(error) => return Err(Failure::in_file(file, [error])),
    };
    match text.trim() {
        short if short.len() < 32 => Err(Failure::in_file(file, ["at least 32 characters"])),
        long => Ok(*digest_of(long).as_bytes()),
    }
}

/// Makes the file; another process that starts at the same time may have been first.
fn create(file: &Path, secret: &Secret) -> Result<String, Failure> {
    let line = format!("{}\n", secret.reveal());
    match kyc_persist::keep_secret(file, line.as_bytes()) {
        Ok(()) => Ok(line),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(file),
        Err(error) => Err(Failure::in_file(file, [error])),
    }
}

fn reviewer(name: &ReviewerId, viewer: bool) -> Result<(), Failure> {
    let password = if io::stdin().is_terminal() {
        rpassword::prompt_password(format!("Password of {name}: ")).map_err(Failure::of)?
    } else {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(Failure::of)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    if !(8..=Password::LONGEST).contains(&password.len()) {
        return Err(Failure::of("a password has 8 to 1,024 bytes"));
    }
    let phc = Password::hash(&password);
    let role = if viewer { "viewer" } else { "reviewer" };
    say(&format!(
        "[[reviewers]]\nname = \"{name}\"\npassword = \"{}\"\nroles = [\"{role}\"]\n",
        phc.as_phc()
    ))
}

fn api_key(name: &str, basic: bool) -> Result<(), Failure> {
    let key = Secret::random_with_prefix("kyc_");
    let mut lines = format!(
        "# The key, shown only now: {}\n[[integrators]]\nname = \"{name}\"\nkey_sha256 = \"{}\"\n",
        key.reveal(),
        key.digest()
    );
    if basic {
        let (user, secret) = (Secret::short(), Secret::short());
        let pair = format!("{}:{}", user.reveal(), secret.reveal());
        let digest = digest_of(&pair);
        lines += &format!("# KEY:SECRET, shown only now: {pair}\npair_sha256 = \"{digest}\"\n");
    }
    say(&lines)
}

fn flow(file: &Path) -> Result<Arc<Flow>, Failure> {
    let flow = Flow::from_json(&read(file)?);
    flow.map(Arc::new)
        .map_err(|error| Failure::in_file(file, error.diagnostics))
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| Failure::in_file(file, [error]))
}

fn say(text: &str) -> Result<(), Failure> {
    io::stdout().write_all(text.as_bytes()).map_err(Failure::of)
}

async fn asked_to_stop() {
    let interrupted = async {
        // Without a handler there is nothing to wait for; the process is then stopped the hard way.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
