//! Three machines with a PostgreSQL each, of which Patroni lets one lead: a commit is acknowledged when it is on two of them.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio_postgres::{Client, Config, NoTls};

use crate::network::Network;
use crate::server;

/// How many nodes there are.
pub(crate) const NODES: usize = 3;

/// How long the cluster may take until all is as it should be: a node is copied from another one, and elections take time.
const PATIENCE: Duration = Duration::from_secs(240);

/// Three nodes, running.
pub(crate) struct Cluster {
    /// Before the network, which misses them otherwise.
    nodes: Vec<Node>,
    pub(crate) network: Network,
    /// What is to be removed last.
    directory: TempDir,
}

struct Node {
    directory: PathBuf,
    etcd: Child,
    /// It and its PostgreSQL; nothing after they were killed.
    patroni: Option<Child>,
}

/// Who is what, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Roles {
    pub(crate) primary: usize,
    /// The standby that has everything that was acknowledged.
    pub(crate) synchronous: usize,
}

impl Cluster {
    /// A new one, with these databases.
    pub(crate) async fn start(databases: &[&str]) -> Self {
        is_possible();
        let network = Network::of(NODES as u8);
        let directory = tempfile::Builder::new()
            .prefix("kyc-cluster-")
            .tempdir()
            .unwrap();
        open_to_all(directory.path());
        let mut cluster = Self {
            nodes: Vec::new(),
            network,
            directory,
        };
        for (number, name) in NAMES.iter().enumerate() {
            let own = cluster.directory.path().join(name);
            fs::create_dir(&own).unwrap();
            let (user, group) = owner();
            chown(&own, Some(user), Some(group)).unwrap();
            let file = own.join("patroni.yml");
            fs::write(&file, cluster.configuration(number, &own)).unwrap();
            let etcd = cluster.start_etcd(number, &own);
            cluster.nodes.push(Node {
                directory: own,
                etcd,
                patroni: None,
            });
        }
        for number in 0..NODES {
            cluster.rise(number);
        }
        let roles = cluster.in_order().await;
        let primary = cluster.client(roles.primary, "postgres").await.unwrap();
        for database in databases {
            let create = format!("create database {database}");
            primary.batch_execute(&create).await.unwrap();
        }
        cluster
    }

    /// The database of that name, as a server is told of it: whichever node leads.
    pub(crate) fn url(&self, database: &str) -> String {
        let hosts = self
            .network
            .hosts
            .iter()
            .map(|host| host.address.to_string());
        let hosts: Vec<_> = hosts.collect();
        format!(
            "postgresql://{USER}@{}/{database}?target_session_attrs=read-write",
            hosts.join(",")
        )
    }

    /// A connection to one node, whatever it is.
    pub(crate) async fn client(&self, node: usize, database: &str) -> Result<Client, String> {
        let mut config = Config::new();
        config
            .host(self.network.hosts[node].address.to_string())
            .user(USER)
            .dbname(database)
            .application_name("witness");
        let connecting = tokio::time::timeout(Duration::from_secs(3), config.connect(NoTls));
        let connected = connecting.await.map_err(|_| "no answer".to_owned())?;
        let (client, connection) = connected.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Who leads and has a standby without which it acknowledges nothing.
    pub(crate) async fn roles(&self) -> Option<Roles> {
        for primary in 0..NODES {
            let followers = self.followers(primary).await.unwrap_or_default();
            let of_name = |name: &str| NAMES.iter().position(|own| *own == name);
            let synchronous = followers
                .iter()
                .find_map(|(name, is_sync)| is_sync.then(|| of_name(name)).flatten());
            if let Some(synchronous) = synchronous {
                return Some(Roles {
                    primary,
                    synchronous,
                });
            }
        }
        None
    }

    /// Waits until one node leads and both others follow.
    pub(crate) async fn in_order(&mut self) -> Roles {
        let begun = Instant::now();
        loop {
            assert!(!self.has_given_up(), "{}", self.said());
            if let Some(roles) = self.roles().await
                && self
                    .followers(roles.primary)
                    .await
                    .unwrap_or_default()
                    .len()
                    == NODES - 1
            {
                return roles;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", self.said());
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Whether a Patroni that was not killed has ended.
    fn has_given_up(&mut self) -> bool {
        let mut running = self
            .nodes
            .iter_mut()
            .filter_map(|node| node.patroni.as_mut());
        running.any(|patroni| patroni.try_wait().unwrap().is_some())
    }

    /// Who follows this node, and whether its commits wait for them.
    async fn followers(&self, node: usize) -> Result<Vec<(String, bool)>, String> {
        let client = self.client(node, "postgres").await?;
        let asking = client.query(
            "select application_name, sync_state = 'sync' from pg_stat_replication \
             where state = 'streaming' and not pg_is_in_recovery() \
             and current_setting('synchronous_standby_names') not in ('', '*')",
            &[],
        );
        let asking = tokio::time::timeout(Duration::from_secs(3), asking);
        let rows = asking.await.map_err(|_| "no answer".to_owned())?;
        let rows = rows.map_err(|error| error.to_string())?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    }

    /// Kills Patroni and PostgreSQL of a node with signal 9.
    pub(crate) fn kill(&mut self, node: usize) {
        let mut patroni = self.nodes[node].patroni.take().unwrap();
        patroni.kill().unwrap();
        patroni.wait().unwrap();
    }

    /// Starts them again, with what is on the disk.
    pub(crate) fn rise(&mut self, node: usize) {
        let own = &self.nodes[node].directory;
        let words = [own.join("patroni.yml").to_str().unwrap().to_owned()];
        let host = &self.network.hosts[node];
        let patroni = host.start(Path::new(PATRONI), &words, &own.join("patroni.log"));
        self.nodes[node].patroni = Some(patroni);
    }

    fn start_etcd(&self, number: usize, own: &Path) -> Child {
        let at = |number: usize, port: u16| {
            format!("http://{}:{port}", self.network.hosts[number].address)
        };
        let members: Vec<_> = (0..NODES)
            .map(|number| format!("{}={}", NAMES[number], at(number, 2380)))
            .collect();
        let words = [
            ("name", NAMES[number].to_owned()),
            ("data-dir", own.join("etcd").to_str().unwrap().to_owned()),
            ("listen-peer-urls", at(number, 2380)),
            ("initial-advertise-peer-urls", at(number, 2380)),
            ("listen-client-urls", at(number, 2379)),
            ("advertise-client-urls", at(number, 2379)),
            ("initial-cluster", members.join(",")),
            ("initial-cluster-state", "new".to_owned()),
            // Patroni 3.0, Debian's, asks before it takes the lead only in this version of the interface; in the other a
            // primary that has hung takes it back.
            ("enable-v2", "true".to_owned()),
            // Everything else on this machine is busy, too.
            ("heartbeat-interval", "250".to_owned()),
            ("election-timeout", "2500".to_owned()),
            ("logger", "zap".to_owned()),
            ("log-level", "warn".to_owned()),
        ];
        let words = words.map(|(name, value)| format!("--{name}={value}"));
        self.network.hosts[number].start(Path::new(ETCD), &words, &own.join("etcd.log"))
    }

    fn configuration(&self, number: usize, own: &Path) -> String {
        let host = &self.network.hosts[number];
        let (address, name, range) = (host.address, NAMES[number], self.network.range());
        let etcd: Vec<_> = self
            .network
            .hosts
            .iter()
            .map(|host| format!("{}:2379", host.address))
            .collect();
        let (etcd, own) = (etcd.join(","), own.display());
        let programs = server::programs();
        let programs = programs.display();
        format!(
            r#"
scope: kyc
name: {name}
restapi:
  listen: {address}:8008
  connect_address: {address}:8008
etcd:
  hosts: {etcd}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 8
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
  initdb:
  - encoding: UTF8
  - locale: C
  - data-checksums
  - wal-segsize: '4'
postgresql:
  listen: {address}:5432
  connect_address: {address}:5432
  data_dir: {own}/data
  bin_dir: {programs}
  pgpass: {own}/pgpass
  authentication:
    superuser:
      username: {USER}
    replication:
      username: {USER}
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  parameters:
    unix_socket_directories: {own}
    wal_keep_size: 256MB
  pg_hba:
  - local all all trust
  - host all all {range} trust
  - host replication all {range} trust
"#
        )
    }

    /// The last of what the nodes have said.
    fn said(&self) -> String {
        let mut said = "the cluster is not in order:".to_owned();
        for (name, node) in NAMES.iter().zip(&self.nodes) {
            let log = fs::read_to_string(node.directory.join("patroni.log"));
            let log = log.unwrap_or_default();
            let lines: Vec<_> = log.lines().rev().take(12).collect();
            let _ = write!(said, "\n{name}:");
            for line in lines.iter().rev() {
                let _ = write!(said, "\n  {line}");
            }
        }
        said
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        for child in self.patroni.iter_mut().chain([&mut self.etcd]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Nothing is left out where something is missing.
fn is_possible() {
    let answers = |program: &str, word: &str| {
        let output = Command::new(program).arg(word).output();
        output.is_ok_and(|output| output.status.success())
    };
    let user = Command::new("id").arg("-u").output().unwrap();
    assert!(
        user.stdout.starts_with(b"0\n"),
        "a cluster in network namespaces needs root: run `sudo cargo xtask reliability cluster`"
    );
    let programs = [
        (PATRONI, "--version"),
        (ETCD, "--version"),
        ("ip", "-V"),
        ("setpriv", "--version"),
        ("unshare", "--version"),
        ("kill", "--version"),
    ];
    for (program, word) in programs {
        assert!(
            answers(program, word),
            "{program} is missing: `apt-get install --no-install-recommends {PACKAGES}` installs it"
        );
    }
}

fn owner() -> (u32, u32) {
    let ask = |word| {
        let output = Command::new("id")
            .args([word, "postgres"])
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        said.trim().parse().expect("there is no user postgres")
    };
    (ask("-u"), ask("-g"))
}

fn open_to_all(directory: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
}

const NAMES: [&str; NODES] = ["ada", "bea", "cleo"];
const USER: &str = "kyc";
const PATRONI: &str = "/usr/bin/patroni";
const ETCD: &str = "/usr/bin/etcd";
const PACKAGES: &str = "postgresql patroni etcd-server python3-etcd iproute2 util-linux procps";
