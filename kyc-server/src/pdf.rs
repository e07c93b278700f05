//! What people see of a PDF: its pages as pictures, drawn by a process that lives for one file and may do nothing else.

mod confined;
mod drawing;

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use axum::body::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::time::timeout;

use crate::config::Limits;
use crate::decoders::{Decoders, For};
use crate::images;
use crate::problem::Problem;
use crate::sheets::Sheets;

pub use drawing::draw;

/// How large a PDF may become when it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How many pages it may have.
    pub pages: u32,
    /// How long drawing all of them may take, in seconds of a processor.
    pub seconds: u32,
    /// How much memory that may take, in megabytes.
    pub megabytes: u32,
}

/// Lets PDFs be drawn.
#[derive(Debug)]
pub(crate) struct Renderer {
    program: PathBuf,
    /// Apart from those of photographs, so that no PDF keeps a photograph waiting.
    turns: Decoders,
}

/// Why a PDF is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NotShown {
    /// It asks for a password.
    #[error("asks for a password")]
    Encrypted,
    /// It does not hold together.
    #[error("damaged or incomplete")]
    Damaged,
    /// More pages than are taken.
    #[error("too many pages")]
    TooLong,
    /// No page, or nothing on any.
    #[error("nothing to see")]
    Empty,
    /// Drawing it takes more time or memory than there is for one.
    #[error("too much to draw")]
    TooComplex,
}

impl From<NotShown> for Problem {
    fn from(reason: NotShown) -> Self {
        match reason {
            NotShown::Encrypted => Self::pdf_encrypted(),
            NotShown::Damaged => Self::pdf_damaged(),
            NotShown::TooLong => Self::pdf_too_long(),
            NotShown::Empty => Self::pdf_empty(),
            NotShown::TooComplex => Self::pdf_too_complex(),
        }
    }
}

impl Bounds {
    /// As an installation decides.
    pub(crate) fn of(limits: &Limits) -> Self {
        Self {
            pages: limits.pdf_pages,
            seconds: limits.pdf_seconds,
            megabytes: limits.pdf_megabytes,
        }
    }
}

impl Renderer {
    /// Draws with this program, which has to be `kyc-server`.
    pub(crate) fn new(program: PathBuf) -> Self {
        Self {
            program,
            turns: Decoders::new(),
        }
    }

    /// The pages of a PDF, when it is its turn. A caller who leaves ends the drawing.
    pub(crate) async fn pages(
        &self,
        bytes: Bytes,
        whom: For,
        bounds: Bounds,
    ) -> Result<Sheets, Problem> {
        if !is_whole(&bytes) {
            return Err(NotShown::Damaged.into());
        }
        let _turn = self.turns.place(whom).await?;
        let within = Duration::from_secs(bounds.seconds.into()).saturating_mul(PATIENCE);
        match timeout(within, self.drawn(&bytes, bounds)).await {
            Ok(pages) => Ok(Sheets::pdf(pages?).ok_or(NotShown::Empty)?),
            // What draws is killed as it is let go.
            Err(_) => Err(NotShown::TooComplex.into()),
        }
    }

    async fn drawn(&self, bytes: &[u8], bounds: Bounds) -> Result<Vec<Vec<u8>>, Problem> {
        let mut child = Command::new(&self.program)
            .arg(TASK)
            .args([bounds.pages, bounds.seconds, bounds.megabytes].map(|bound| bound.to_string()))
            // Nothing of ours goes along: no secret of the environment, no directory, no file.
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(no_drawing)?;
        let (Some(mut stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Problem::internal());
        };
        let send = async {
            // One that ends before it has read everything says why, or its end does.
            let _ = stdin.write_all(bytes).await;
            drop(stdin);
        };
        let ((), told) = tokio::join!(send, told(stdout, bounds));
        match told? {
            Some(pages) => Ok(pages?),
            None => Err(why(child.wait().await.map_err(no_drawing)?).into()),
        }
    }
}

/// What is told of a PDF: its pages, or why there are none; nothing when it was not told to its end.
type Told = Option<Result<Vec<Vec<u8>>, NotShown>>;

/// Reads what the drawing process tells. Only pixels are taken from it: it has seen the file, and is not trusted.
async fn told(mut from: impl AsyncRead + Unpin, bounds: Bounds) -> Result<Told, Problem> {
    let mut pages = Vec::new();
    loop {
        let Ok(word) = from.read_u8().await else {
            return Ok(None);
        };
        match word {
            PAGE if pages.len() < bounds.pages as usize => {
                let (Ok(width), Ok(height)) = (from.read_u16().await, from.read_u16().await) else {
                    return Ok(None);
                };
                let (width, height) = (u32::from(width), u32::from(height));
                if width * height > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
                    return Ok(None);
                }
                let mut pixels = vec![0; (width * height * 3) as usize];
                if from.read_exact(&mut pixels).await.is_err() {
                    return Ok(None);
                }
                let encoded =
                    tokio::task::spawn_blocking(move || images::encode(width, height, &pixels));
                pages.push(encoded.await.map_err(|_| Problem::internal())??);
            }
            END => return Ok(Some(Ok(pages))),
            _ => {
                return Ok(REFUSALS
                    .into_iter()
                    .find_map(|(reason, said)| (said == word).then_some(Err(reason))));
            }
        }
    }
}

/// What the end of a process tells that did not tell anything itself.
fn why(status: ExitStatus) -> NotShown {
    // Without a code it was ended: it took more time, memory or stack than it had.
    match status.code() {
        Some(_) => NotShown::Damaged,
        None => NotShown::TooComplex,
    }
}

fn no_drawing(error: std::io::Error) -> Problem {
    tracing::error!(%error, "no process draws PDFs");
    Problem::unavailable().retry_after(5)
}

/// Whether the file has its own end. Readers forgive a missing one and show what they find.
fn is_whole(bytes: &[u8]) -> bool {
    let padded = bytes
        .iter()
        .rposition(|byte| !byte.is_ascii_whitespace() && *byte != 0);
    let bytes = &bytes[..padded.map_or(0, |last| last + 1)];
    let tail = &bytes[bytes.len().saturating_sub(TAIL)..];
    tail.windows(5).any(|window| window == b"%%EOF")
}

/// How much longer than a processor's time it may be on the clock: others work here, too.
const PATIENCE: u32 = 3;

/// The command of our own program that draws.
const TASK: &str = "draw-pdf";

/// A page follows: width and height, two bytes each, and three bytes a pixel.
const PAGE: u8 = b'p';
/// That was all.
const END: u8 = b'.';
/// How each reason is told.
const REFUSALS: [(NotShown, u8); 4] = [
    (NotShown::Encrypted, b'e'),
    (NotShown::Damaged, b'd'),
    (NotShown::TooLong, b'l'),
    (NotShown::Empty, b'n'),
];

/// Of one page: A4 with 200 dots an inch.
const MOST_PIXELS: u32 = 4_000_000;
const LONGEST_SIDE: u32 = 8_000;

/// The end stands in these last bytes, as the standard has it.
const TAIL: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Bounds = Bounds {
        pages: 1,
        seconds: 1,
        megabytes: 1,
    };

    async fn hear(words: &[u8]) -> Told {
        told(words, FEW).await.unwrap()
    }

    #[tokio::test]
    async fn of_the_drawing_process_nothing_but_pixels_is_taken() {
        let page = [&[PAGE, 0, 1, 0, 2][..], &[9; 6]].concat();
        let pages = hear(&[&page[..], &[END]].concat()).await.unwrap().unwrap();
        let shown = image::load_from_memory(&pages[0]).unwrap();
        assert_eq!((shown.width(), shown.height()), (1, 2));

        let (twice, cut) = ([&page[..], &page].concat(), &page[..8]);
        let vast = [PAGE, 0xFF, 0xFF, 0xFF, 0xFF];
        for words in [&b""[..], &page, &twice, cut, &vast, b"x", b"<script>"] {
            assert_eq!(hear(words).await, None, "{words:?}");
        }
        for (reason, word) in REFUSALS {
            assert_eq!(hear(&[word]).await, Some(Err(reason)));
        }
    }

    #[test]
    fn a_pdf_without_its_end_is_not_whole() {
        assert!(is_whole(b"%PDF-1.7 %%EOF"));
        assert!(is_whole(
            &[b"%PDF-1.7 %%EOF\r\n".to_vec(), vec![0; 5000]].concat()
        ));
        assert!(!is_whole(b"%PDF-1.7 %%EO"));
        let earlier = [b"%PDF-1.7 %%EOF".to_vec(), vec![b'x'; 2000]].concat();
        assert!(!is_whole(&earlier));
        assert!(!is_whole(b""));
    }
}
