//! The limits: what a disk can do without a store, and the bare engines.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use redb::{Database, Durability, TableDefinition};

/// How large the file is that was written before: room for many records.
const FILE: u64 = 64 * 1024 * 1024;

/// Something that makes one record durable at a time.
pub(crate) trait Durable: Send {
    fn keep(&mut self, record: &[u8]);
}

/// Overwrites a file that has its blocks already, and syncs the data: the least a disk can be asked for.
pub(crate) struct Preallocated {
    file: File,
    at: u64,
}

impl Preallocated {
    pub(crate) fn new(directory: &Path) -> Self {
        let path = directory.join("preallocated");
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        let block = vec![1; 1024 * 1024];
        for _ in 0..FILE / block.len() as u64 {
            file.write_all(&block).unwrap();
        }
        file.sync_all().unwrap();
        Self { file, at: 0 }
    }
}

impl Durable for Preallocated {
    fn keep(&mut self, record: &[u8]) {
        self.file.write_all_at(record, self.at).unwrap();
        self.file.sync_data().unwrap();
        self.at = (self.at + record.len() as u64) % (FILE - 65536);
    }
}

/// The same, asked of a thread that does nothing else: what waking it up and being woken costs whoever may not wait for a disk,
/// as a task may not.
pub(crate) struct Elsewhere {
    records: mpsc::SyncSender<Vec<u8>>,
    kept: mpsc::Receiver<()>,
}

impl Elsewhere {
    pub(crate) fn new(directory: &Path) -> Self {
        let mut file = Preallocated::new(directory);
        let (records, waiting) = mpsc::sync_channel::<Vec<u8>>(1);
        let (answer, kept) = mpsc::sync_channel(1);
        thread::spawn(move || {
            for record in waiting {
                file.keep(&record);
                answer.send(()).unwrap();
            }
        });
        Self { records, kept }
    }
}

impl Durable for Elsewhere {
    fn keep(&mut self, record: &[u8]) {
        self.records.send(record.to_vec()).unwrap();
        self.kept.recv().unwrap();
    }
}

/// Makes a file longer, which is kept with the data.
pub(crate) struct Append(File);

impl Append {
    pub(crate) fn new(directory: &Path) -> Self {
        let mut options = OpenOptions::new();
        let file = options
            .create(true)
            .append(true)
            .open(directory.join("append"));
        Self(file.unwrap())
    }
}

impl Durable for Append {
    fn keep(&mut self, record: &[u8]) {
        self.0.write_all(record).unwrap();
        self.0.sync_data().unwrap();
    }
}

/// sled without anything of ours: one record, one flush, and the sync without which that flush does not outlast a loss of
/// power.
pub(crate) struct BareSled {
    db: sled::Db,
    file: File,
    number: u64,
}

impl BareSled {
    pub(crate) fn new(directory: &Path) -> Self {
        let directory = directory.join("sled");
        let config = sled::Config::new().path(&directory).flush_every_ms(None);
        Self {
            db: config.open().unwrap(),
            file: File::open(directory.join("db")).unwrap(),
            number: 0,
        }
    }
}

impl Durable for BareSled {
    fn keep(&mut self, record: &[u8]) {
        self.number += 1;
        self.db.insert(self.number.to_be_bytes(), record).unwrap();
        self.db.flush().unwrap();
        self.file.sync_data().unwrap();
    }
}

/// redb without anything of ours: one record, one transaction in two phases, as ours are.
pub(crate) struct BareRedb {
    db: Database,
    number: u64,
}

const TABLE: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("bare");

impl BareRedb {
    pub(crate) fn new(directory: &Path) -> Self {
        Self {
            db: Database::create(directory.join("bare.redb")).unwrap(),
            number: 0,
        }
    }
}

impl Durable for BareRedb {
    fn keep(&mut self, record: &[u8]) {
        self.number += 1;
        let mut writing = self.db.begin_write().unwrap();
        writing.set_durability(Durability::Immediate).unwrap();
        writing.set_two_phase_commit(true);
        writing
            .open_table(TABLE)
            .unwrap()
            .insert(self.number, record)
            .unwrap();
        writing.commit().unwrap();
    }
}
