//! What a log is written to.

use std::fmt::Debug;
use std::fs::File;
use std::io::{Read as _, Result, Seek as _, SeekFrom, Write as _};

/// A row of bytes that can be made to stay. Only one thread writes.
pub trait Disk: Debug + Send + Sync + 'static {
    /// All bytes there are.
    ///
    /// # Errors
    ///
    /// What the disk answers.
    fn read(&self) -> Result<Vec<u8>>;

    /// Writes bytes from this place on, behind the end too.
    ///
    /// # Errors
    ///
    /// What the disk answers.
    fn write(&self, at: u64, bytes: &[u8]) -> Result<()>;

    /// Returns when everything written so far survives a loss of power.
    ///
    /// # Errors
    ///
    /// What the disk answers. Nobody knows then what it holds.
    fn sync(&self) -> Result<()>;
}

impl Disk for File {
    fn read(&self) -> Result<Vec<u8>> {
        let (mut file, mut bytes) = (self, Vec::new());
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let mut file = self;
        file.seek(SeekFrom::Start(at))?;
        file.write_all(bytes)
    }

    fn sync(&self) -> Result<()> {
        self.sync_data()
    }
}
