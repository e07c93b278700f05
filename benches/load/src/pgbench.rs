//! pgbench, which asks PostgreSQL for the very statement that the store asks it for.

use std::fs;
use std::io::Write as _;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use kyc_core::Timestamp;
use kyc_persist::Store as _;
use kyc_persist::{Commit, PostgresStore};
use tempfile::TempDir;

use crate::places;
use crate::server;
use crate::steps::{BEGIN, Steps};

/// The statement of a step, with all that it is given.
pub(crate) struct Statement {
    place: TempDir,
    url: String,
    commit: Commit,
    runs: AtomicU32,
}

impl Statement {
    /// Commits a step, and reads in the database how that was asked for.
    pub(crate) async fn learn(database: &server::Place) -> Self {
        let url = places::schema(database);
        let store = PostgresStore::open_with(&url, 1).await.unwrap();
        let mut steps = Steps::new("learn", BEGIN);
        store.commit(steps.next(BEGIN)).await.unwrap();
        let commit = steps.next(BEGIN);
        store.commit(commit.clone()).await.unwrap();
        let asked = "select query from pg_stat_activity where query like 'with cas as (update kyc_row%' limit 1";
        let beside = database.beside().await;
        let statement: String = beside.query_one(asked, &[]).await.unwrap().get(0);
        assert!(statement.ends_with("from outbox)"), "cut off: {statement}");

        let place = tempfile::tempdir().unwrap();
        let script = place.path().join("step.sql");
        let mut file = fs::File::create(script).unwrap();
        // The longest first: $13 begins with $1.
        let mut named = statement;
        for number in (1..=14).rev() {
            named = named.replace(&format!("${number}::"), &format!(":p{number}::"));
        }
        let lines = "\\set p1 :client_id + :base\n\\set p13 :p3\n\\set p3 :p3 + 1\n\\set p7 :p3\n";
        writeln!(file, "{lines}{named};").unwrap();
        Self {
            place,
            url,
            commit,
            runs: AtomicU32::new(0),
        }
    }

    /// How often a second so many clients get it done.
    pub(crate) async fn per_second(&self, clients: u32, time: Duration) -> (f64, f64) {
        let base = 1000 * (1 + self.runs.fetch_add(1, Ordering::Relaxed));
        self.open(base, clients).await;
        let entry = &self.commit.entry;
        let hex = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        };
        let bytes = |bytes: &[u8]| format!("\\x{}", hex(bytes));
        let work = &self.commit.outbox[0];
        let head = bytes(entry.hash.as_bytes());
        let due: Timestamp = work.due_at;
        let given = [
            ("base", base.to_string()),
            ("p2", entry.facts.chart.to_string()),
            ("p3", "0".into()),
            ("p4", bytes(entry.facts.to.as_bytes())),
            ("p5", bytes(self.commit.snapshot.as_bytes())),
            ("p6", head.clone()),
            ("p8", serde_json::to_string(entry).unwrap()),
            ("p9", "{0}".into()),
            ("p10", "{timer}".into()),
            ("p11", format!("{{\"\\\\x{}\"}}", hex(work.body.as_bytes()))),
            ("p12", format!("{{{}}}", due.as_millis())),
            ("p14", head),
        ];
        let mut pgbench = Command::new(server::programs().join("pgbench"));
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--file"]);
        pgbench.arg(self.place.path().join("step.sql"));
        pgbench.args(["--client", &clients.to_string(), "--jobs", "2", "--time"]);
        pgbench.arg(time.as_secs().max(1).to_string());
        for (name, value) in given {
            pgbench.args(["-D", &format!("{name}={value}")]);
        }
        pgbench.arg(&self.url);
        let output = tokio::task::spawn_blocking(move || pgbench.output().unwrap())
            .await
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let number = |before: &str| -> f64 {
            let line = said.lines().find_map(|line| line.strip_prefix(before));
            let number = line.and_then(|rest| rest.trim().split(' ').next());
            number
                .unwrap_or_else(|| panic!("no {before:?} in {said}"))
                .parse()
                .unwrap()
        };
        (number("tps = "), number("latency average = ") * 1000.0)
    }

    /// Rows for so many clients, where the statement expects them.
    async fn open(&self, base: u32, clients: u32) {
        let (client, connection) = tokio_postgres::connect(&self.url, tokio_postgres::NoTls)
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let statement = "insert into kyc_row (session, chart, version, state, snapshot, head, opened_at) \
            select (number + $1::bigint)::text, 'collection', 0, '\\x', '\\x', $2::bytea, 0 from generate_series(0, $3::bigint) as number";
        let head = self.commit.entry.hash.as_bytes().as_slice();
        client
            .execute(statement, &[&i64::from(base), &head, &i64::from(clients)])
            .await
            .unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    }
}
