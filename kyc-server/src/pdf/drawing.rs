//! How a PDF is drawn, in the process that does nothing else: what is told of it is pixels, or a reason.

use std::io::{self, Read as _, Write};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::page::Page;
use hayro::hayro_syntax::{LoadPdfError, Pdf};
use hayro::vello_cpu::Pixmap;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{DynamicImage, RgbaImage};

use super::confined::confine;
use super::{Bounds, END, LONGEST_SIDE, MOST_PIXELS, NotShown, PAGE, REFUSALS};

/// Draws the PDF on the standard input, and tells the standard output of it. Before it reads a byte it gives up whatever
/// drawing does not need, for good: only for a process of its own.
///
/// # Errors
///
/// There is no way to give that up, nothing to read from, or nobody to tell.
pub fn draw(bounds: Bounds) -> io::Result<()> {
    confine(bounds)?;
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let mut to = io::stdout().lock();
    let last = match pages(bytes, bounds, &mut to)? {
        Ok(()) => END,
        Err(reason) => word(reason),
    };
    to.write_all(&[last])?;
    to.flush()
}

fn pages(bytes: Vec<u8>, bounds: Bounds, to: &mut impl Write) -> io::Result<Result<(), NotShown>> {
    let pdf = match Pdf::new(bytes) {
        Ok(pdf) => pdf,
        Err(LoadPdfError::Decryption(_)) => return Ok(Err(NotShown::Encrypted)),
        Err(LoadPdfError::Invalid) => return Ok(Err(NotShown::Damaged)),
    };
    let pages = pdf.pages();
    if pages.len() > bounds.pages as usize {
        return Ok(Err(NotShown::TooLong));
    }
    let cache = RenderCache::new();
    let mut is_blank = true;
    for page in pages.iter() {
        let Some(scale) = scale(page) else {
            return Ok(Err(NotShown::Damaged));
        };
        let drawn = hayro::render(
            page,
            &cache,
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &PixmapSettings {
                x_scale: scale,
                y_scale: scale,
                bg_color: WHITE,
            },
        );
        let (width, height) = (drawn.width(), drawn.height());
        let pixels = pixels(drawn);
        // All pixels are alike when each is like the next one.
        is_blank &= pixels.get(3..) == pixels.get(..pixels.len().saturating_sub(3));
        to.write_all(&[PAGE])?;
        to.write_all(&width.to_be_bytes())?;
        to.write_all(&height.to_be_bytes())?;
        to.write_all(&pixels)?;
    }
    Ok(match is_blank {
        true => Err(NotShown::Empty),
        false => Ok(()),
    })
}

/// How much larger than its own measure a page is drawn: so that small print can be read, and nothing becomes too large.
fn scale(page: &Page<'_>) -> Option<f32> {
    let (width, height) = page.render_dimensions();
    let area = width * height;
    if !(area.is_finite() && width >= 1.0 && height >= 1.0) {
        return None;
    }
    let wanted = RESOLUTION.max((FEWEST_PIXELS / area).sqrt());
    let most = (MOST_PIXELS as f32 / area).sqrt();
    let longest = LONGEST_SIDE as f32 / width.max(height);
    let scale = wanted.min(most).min(longest);
    // Neither side may vanish.
    (width.min(height) * scale >= 1.0).then_some(scale)
}

/// Three bytes each. On white nothing is transparent.
fn pixels(drawn: Pixmap) -> Vec<u8> {
    let (width, height) = (drawn.width().into(), drawn.height().into());
    let drawn = RgbaImage::from_raw(width, height, drawn.data_as_u8_slice().to_vec());
    DynamicImage::from(drawn.unwrap_or_default())
        .into_rgb8()
        .into_raw()
}

fn word(reason: NotShown) -> u8 {
    let said = REFUSALS.into_iter().find(|(refusal, _)| *refusal == reason);
    // What has no word was ended before it could say one.
    said.map_or(b'?', |(_, word)| word)
}

/// Dots of 200 an inch over points of 72.
const RESOLUTION: f32 = 200.0 / 72.0;

/// A photograph on a small page has more dots than its page says.
const FEWEST_PIXELS: f32 = 1_500_000.0;
