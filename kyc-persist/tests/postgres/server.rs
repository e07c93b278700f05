//! A PostgreSQL for one test: started from the installed programs on a socket of its own with data of its own, or a schema
//! of its own in the database that `DATABASE_URL` names.
//!
//! A server dies with the test that has started it, also when that test is killed.

use std::env;
use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

/// An empty place for a store.
pub(crate) struct Place {
    url: String,
    schema: Option<String>,
    /// Nothing when the server is somebody else's.
    server: Option<Server>,
}

impl Place {
    /// In `DATABASE_URL`, or on a server of its own.
    pub(crate) fn new() -> Self {
        match env::var("DATABASE_URL") {
            Ok(url) if !url.is_empty() => Self::within(&url),
            _ => Self::started(&[]),
        }
    }

    /// On a server of its own, with settings of its own, whatever `DATABASE_URL` says: for tests that break it.
    pub(crate) fn started(settings: &[&str]) -> Self {
        Self::started_in(&env::temp_dir(), settings)
    }

    /// The same, with its data in that directory.
    pub(crate) fn started_in(directory: &Path, settings: &[&str]) -> Self {
        let server = Server::start(directory, settings);
        Self {
            url: server.url(),
            schema: None,
            server: Some(server),
        }
    }

    /// In a schema of its own, in that database.
    pub(crate) fn within(url: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let schema = format!("kyc_test_{}_{number}", std::process::id());
        let separator = if url.contains('?') { '&' } else { '?' };
        let place = Self {
            url: format!(
                "{url}{separator}application_name={schema}&options=-csearch_path%3D{schema}"
            ),
            schema: Some(schema.clone()),
            server: None,
        };
        place.run_alone(&format!("create schema {schema}"));
        place
    }

    /// Where a store is opened.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The same place with one more parameter for its connections.
    pub(crate) fn url_with(&self, parameter: &str) -> String {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        format!("{}{separator}{parameter}", self.url)
    }

    /// The server, where it is the test's own.
    pub(crate) fn server(&mut self) -> &mut Server {
        self.server.as_mut().unwrap()
    }

    /// Waits until the connections of earlier stores are gone: what a caller has left behind may still be on its way.
    pub(crate) async fn quiet(&self) {
        let beside = self.beside().await;
        let name = self.schema.as_deref().unwrap_or("kyc");
        let question = "select 1 from pg_stat_activity where application_name = $1";
        while !beside.query(question, &[&name]).await.unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// A connection beside the store's.
    pub(crate) async fn beside(&self) -> Client {
        let mut config: tokio_postgres::Config = self.url.parse().unwrap();
        config.application_name("beside");
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    fn run_alone(&self, statements: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async { self.beside().await.batch_execute(statements).await.unwrap() });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // While a test fails, its server may be gone.
        if let Some(schema) = &self.schema
            && !std::thread::panicking()
        {
            self.run_alone(&format!("drop schema {schema} cascade"));
        }
    }
}

/// A server, running.
pub(crate) struct Server {
    programs: PathBuf,
    directory: TempDir,
    settings: Vec<String>,
    child: Child,
}

impl Server {
    fn start(place: &Path, settings: &[&str]) -> Self {
        let programs = programs();
        let directory = tempfile::Builder::new()
            .prefix("kyc-pg-")
            .tempdir_in(place)
            .unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let template = template(&programs);
        copy(&template, &directory.path().join("data"));
        let sockets = directory.path().join("sockets");
        fs::create_dir(&sockets).unwrap();
        fs::set_permissions(&sockets, Permissions::from_mode(0o777)).unwrap();
        let settings: Vec<_> = settings.iter().map(ToString::to_string).collect();
        let child = spawn(&programs, directory.path(), &settings);
        Self {
            programs,
            directory,
            settings,
            child,
        }
    }

    pub(crate) fn url(&self) -> String {
        let sockets = self.directory.path().join("sockets");
        let host = sockets.to_str().unwrap().replace('/', "%2F");
        format!("postgresql://kyc@{host}/template1")
    }

    /// The number of its first process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Stops as if the power were gone: nothing is written any more.
    pub(crate) fn die(&mut self) {
        let mut stop = as_owner(&self.programs.join("pg_ctl"));
        stop.args(["stop", "-m", "immediate", "-w", "-s", "-D"])
            .arg(self.directory.path().join("data"));
        assert!(stop.status().unwrap().success());
        self.child.wait().unwrap();
    }

    /// Starts again, with what is on disk.
    pub(crate) fn rise(&mut self) {
        self.child = spawn(&self.programs, self.directory.path(), &self.settings);
    }

    /// Starts again, if it has ended by itself.
    pub(crate) fn rise_if_dead(&mut self) {
        if self.child.try_wait().unwrap().is_some() {
            self.rise();
        }
    }

    /// Follows the server as a standby would, until it is killed.
    pub(crate) fn follow(&self) -> Child {
        let wal = self.directory.path().join("wal");
        fs::create_dir(&wal).unwrap();
        fs::set_permissions(&wal, Permissions::from_mode(0o777)).unwrap();
        let mut follower = as_owner(&self.programs.join("pg_receivewal"));
        follower
            .args(["--no-loop", "-U", "kyc", "-d", "dbname=template1", "-h"])
            .arg(self.directory.path().join("sockets"))
            .arg("-D")
            .arg(wal);
        follower.spawn().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its children notice.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `initdb` and `postgres` are: the newest version that the distribution has installed, or where the path says.
pub(crate) fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .max_by_key(|bin| version_of(bin));
    let on_path = || {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).find(|bin| bin.join("initdb").is_file())
    };
    newest.or_else(on_path).expect(
        "PostgreSQL is neither installed nor named in DATABASE_URL: `apt-get install postgresql` installs it",
    )
}

fn version_of(bin: &Path) -> u32 {
    let version = bin.parent().and_then(Path::file_name);
    version
        .and_then(|version| version.to_str()?.parse().ok())
        .unwrap_or(0)
}

/// A new cluster, made once for all tests and copied by each.
fn template(programs: &Path) -> PathBuf {
    let place = option_env!("CARGO_TARGET_TMPDIR").map_or_else(env::temp_dir, PathBuf::from);
    fs::create_dir_all(&place).unwrap();
    let lock = File::create(place.join("postgres.lock")).unwrap();
    lock.lock().unwrap();
    let template = place.join(format!("postgres-{}", version_of(programs)));
    if template.is_dir() {
        return template;
    }
    // Where the owner may go, too.
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o777)).unwrap();
    let data = directory.path().join("data");
    let mut init = as_owner(&programs.join("initdb"));
    init.args([
        "-A",
        "trust",
        "-U",
        "kyc",
        "-E",
        "UTF8",
        "--locale=C",
        "--wal-segsize=1",
        "-N",
        "-D",
    ])
    .arg(&data)
    .stdout(Stdio::null());
    assert!(init.status().unwrap().success(), "initdb");
    // Two of its three databases are there to be copied from; without them there is half as much to copy.
    let mut trim = as_owner(&programs.join("postgres"));
    trim.args(["--single", "-D"])
        .arg(&data)
        .arg("template1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .stdin(Stdio::piped());
    let mut trim = trim.spawn().unwrap();
    let statements = b"update pg_database set datistemplate = false where datname = 'template0'\n\
        drop database template0\ndrop database postgres\n";
    trim.stdin.take().unwrap().write_all(statements).unwrap();
    assert!(trim.wait().unwrap().success(), "template0");
    let unfinished = place.join("postgres.unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    copy(&data, &unfinished);
    fs::rename(&unfinished, &template).unwrap();
    template
}

fn copy(from: &Path, to: &Path) {
    let mut copy = Command::new("cp");
    assert!(copy.arg("-a").arg(from).arg(to).status().unwrap().success());
}

fn spawn(programs: &Path, directory: &Path, settings: &[String]) -> Child {
    let mut server = as_owner(&programs.join("postgres"));
    server
        .arg("-D")
        .arg(directory.join("data"))
        .arg("-k")
        .arg(directory.join("sockets"))
        .args(["-c", "listen_addresses="]);
    for setting in settings {
        server.args(["-c", setting]);
    }
    let mut child = server.stderr(Stdio::piped()).spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut lines = String::new();
    while !lines.contains("ready to accept connections") {
        let read = log.read_line(&mut lines).unwrap();
        assert!(read > 0, "the server did not start:\n{lines}");
    }
    // A pipe that nobody reads would stop it.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    child
}

/// PostgreSQL refuses to be run by root; then its own user runs it. It ends with us, however we end.
fn as_owner(program: &Path) -> Command {
    let has_setpriv = Command::new("setpriv")
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success());
    let mut command = if has_setpriv {
        let mut command = Command::new("setpriv");
        if is_root() {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.arg("--pdeathsig=KILL").arg("--").arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env("LC_ALL", "C");
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.starts_with(b"0\n")
}
