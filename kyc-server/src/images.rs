//! What counts as a photograph, decided from its bytes: kind, size, wholeness. And the copy that people look at.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder};
use kyc_core::flow::Images;

use crate::problem::Problem;

/// A kind of still image that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// JPEG.
    Jpeg,
    /// PNG that does not move.
    Png,
    /// WebP that does not move.
    Webp,
}

/// Why bytes are not taken as a photograph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum NotTaken {
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// Not a still JPEG, PNG or WebP.
    #[error("not a still JPEG, PNG or WebP")]
    NotAnImage,
    /// More pixels than are decoded.
    #[error("too many pixels")]
    TooManyPixels,
    /// Too few pixels to read anything.
    #[error("too few pixels")]
    TooSmall,
    /// Begins like an image and does not decode to a whole one.
    #[error("damaged or incomplete")]
    Damaged,
}

impl From<NotTaken> for Problem {
    fn from(reason: NotTaken) -> Self {
        match reason {
            NotTaken::Empty => Self::image_empty(),
            NotTaken::NotAnImage => Self::not_an_image(),
            NotTaken::TooManyPixels => Self::too_many_pixels(),
            NotTaken::TooSmall => Self::image_too_small(),
            NotTaken::Damaged => Self::image_damaged(),
        }
    }
}

/// Looks at the first bytes only: what a file is called or declared as does not count.
///
/// # Errors
///
/// Nothing there, or none of the three kinds.
pub(crate) fn sniff(bytes: &[u8]) -> Result<Kind, NotTaken> {
    match bytes {
        [] => Err(NotTaken::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Kind::Jpeg),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Kind::Png),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Ok(Kind::Webp),
        _ => Err(NotTaken::NotAnImage),
    }
}

/// Whether it begins like a PDF.
pub(crate) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.starts_with(b"%PDF-")
}

/// Decodes a photograph that is within `limits` and makes the copy that people look at: upright, JPEG, nothing in it
/// but pixels. Busy for as long as that takes: not for the async runtime.
///
/// # Errors
///
/// Why the bytes are not taken.
pub(crate) fn render(bytes: &[u8], limits: &Images) -> Result<Vec<u8>, NotTaken> {
    let kind = sniff(bytes)?;
    if !whole(kind, bytes) {
        return Err(NotTaken::Damaged);
    }
    let decoded = match kind {
        Kind::Jpeg => decode(JpegDecoder::new(Cursor::new(bytes)), limits)?,
        Kind::Png => {
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), memory(0));
            if let Ok(decoder) = &decoder
                && decoder.is_apng().map_err(|_| NotTaken::Damaged)?
            {
                return Err(NotTaken::NotAnImage);
            }
            decode(decoder, limits)?
        }
        Kind::Webp => {
            let decoder = WebPDecoder::new(Cursor::new(bytes));
            if decoder.as_ref().is_ok_and(WebPDecoder::has_animation) {
                return Err(NotTaken::NotAnImage);
            }
            decode(decoder, limits)?
        }
    };
    encode(decoded.width(), decoded.height(), decoded.as_bytes())
}

fn decode<D: ImageDecoder>(
    decoder: image::ImageResult<D>,
    limits: &Images,
) -> Result<DynamicImage, NotTaken> {
    let mut decoder = decoder.map_err(fault)?;
    // From the header, before a single pixel is decoded.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > u64::from(limits.max_pixels)
        || width.max(height) > LONGEST_SIDE
    {
        return Err(NotTaken::TooManyPixels);
    }
    if width.min(height) < limits.min_side.max(1) {
        return Err(NotTaken::TooSmall);
    }
    decoder
        .set_limits(memory(limits.max_pixels))
        .map_err(fault)?;
    let orientation = decoder.orientation().map_err(fault)?;
    // Narrowed before it is turned: turning makes a second copy.
    let narrow = DynamicImage::from_decoder(decoder)
        .map_err(fault)?
        .into_rgb8();
    let mut decoded = DynamicImage::from(narrow);
    decoded.apply_orientation(orientation);
    Ok(decoded)
}

/// Makes a JPEG of pixels, three bytes each.
pub(crate) fn encode(width: u32, height: u32, pixels: &[u8]) -> Result<Vec<u8>, NotTaken> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY)
        .write_image(pixels, width, height, ExtendedColorType::Rgb8)
        .map_err(fault)?;
    Ok(bytes)
}

/// What a decoder may take for so many pixels; for none, what it may take for all that stands around them.
fn memory(pixels: u32) -> image::Limits {
    let mut memory = image::Limits::default();
    memory.max_image_width = Some(LONGEST_SIDE);
    memory.max_image_height = Some(LONGEST_SIDE);
    // Eight bytes a pixel is the widest format that is decoded; besides them a decoder needs some room.
    memory.max_alloc = Some(u64::from(pixels) * 8 + ROOM);
    memory
}

fn fault(error: image::ImageError) -> NotTaken {
    match error {
        image::ImageError::Limits(_) => NotTaken::TooManyPixels,
        image::ImageError::Unsupported(_) => NotTaken::NotAnImage,
        _ => NotTaken::Damaged,
    }
}

/// Whether the file has its own end. Decoders forgive a missing one and fill up with grey.
fn whole(kind: Kind, bytes: &[u8]) -> bool {
    match kind {
        Kind::Jpeg => jpeg_ends(bytes),
        Kind::Png => bytes.windows(4).rev().any(|chunk| chunk == b"IEND"),
        Kind::Webp => {
            let length = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
            (length as usize).saturating_add(8) <= bytes.len()
        }
    }
}

/// Walks the segments to the end marker of the main image; a thumbnail inside a segment has one of its own.
fn jpeg_ends(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some(&[0xFF, marker]) = bytes.get(at..at + 2) {
        match marker {
            END_OF_IMAGE => return true,
            0xFF => at += 1,
            0x01 | 0xD0..=0xD7 => at += 2,
            _ => {
                let Some(&[high, low]) = bytes.get(at + 2..at + 4) else {
                    return false;
                };
                at += 2 + usize::from(u16::from_be_bytes([high, low])).max(2);
                if marker == START_OF_SCAN {
                    at = scan_end(bytes, at);
                }
            }
        }
    }
    false
}

/// Where the next marker stands behind entropy-coded data, in which 0xFF is stuffed or a restart.
fn scan_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&[first, second]) = bytes.get(at..at + 2) {
        match (first, second) {
            (0xFF, 0x00 | 0xD0..=0xD7) => at += 2,
            (0xFF, _) => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

const START_OF_SCAN: u8 = 0xDA;
const END_OF_IMAGE: u8 = 0xD9;

/// No camera makes a longer side, and some decoders reserve by side before they look at the product.
const LONGEST_SIDE: u32 = 12_000;

/// Of the copy: small print stays readable.
const QUALITY: u8 = 90;

const ROOM: u64 = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, RgbImage};

    fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let picture = RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x % 256) as u8, (y % 256) as u8, ((x * y) % 251) as u8])
        });
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    /// The file as a camera makes it that was held upright: pixels lie on their side, a tag tells so, another tells where.
    fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
        let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend_from_slice(&[0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0]);
        tiff.extend_from_slice(&[0x0E, 1, 2, 0, 20, 0, 0, 0, 38, 0, 0, 0]);
        tiff.extend_from_slice(&[0, 0, 0, 0]);
        tiff.extend_from_slice(b"GPS-48.8584,2.29450\0");
        let mut bytes = jpeg[..2].to_vec();
        bytes.extend_from_slice(&[0xFF, 0xE1]);
        bytes.extend_from_slice(&(tiff.len() as u16 + 2).to_be_bytes());
        bytes.extend_from_slice(&tiff);
        bytes.extend_from_slice(&jpeg[2..]);
        bytes
    }

    #[test]
    fn the_three_kinds_become_a_jpeg_of_the_same_size() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let copy = render(&drawn(320, 240, format), &Images::default()).unwrap();
            let copy = image::load_from_memory_with_format(&copy, ImageFormat::Jpeg).unwrap();
            assert_eq!((copy.width(), copy.height()), (320, 240), "{format:?}");
        }
    }

    #[test]
    fn a_photo_taken_upright_is_shown_upright_and_tells_no_place() {
        let photo = with_exif(&drawn(320, 240, ImageFormat::Jpeg), 6);
        assert!(photo.windows(4).any(|window| window == b"GPS-"));
        let copy = render(&photo, &Images::default()).unwrap();
        assert!(
            !copy
                .windows(4)
                .any(|window| window == b"GPS-" || window == b"Exif")
        );
        let copy = image::load_from_memory(&copy).unwrap();
        assert_eq!((copy.width(), copy.height()), (240, 320));
    }

    #[test]
    fn what_hangs_behind_an_image_is_not_in_the_copy() {
        let mut polyglot = drawn(320, 240, ImageFormat::Jpeg);
        polyglot.extend_from_slice(b"PK\x03\x04<script>alert(1)</script>");
        let copy = render(&polyglot, &Images::default()).unwrap();
        assert!(!copy.windows(8).any(|window| window == b"<script>"));
    }

    #[test]
    fn only_bytes_decide_what_an_image_is() {
        let limits = Images::default();
        assert_eq!(render(b"", &limits), Err(NotTaken::Empty));
        for other in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..],
            b"%PDF-1.7",
            b"GIF89a\x01\0\x01\0",
            b"<!doctype html>",
            b"II*\0",
            b"x",
        ] {
            assert_eq!(render(other, &limits), Err(NotTaken::NotAnImage));
        }
    }

    #[test]
    fn an_image_cut_off_anywhere_is_damaged() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let bytes = drawn(320, 240, format);
            for length in (16..bytes.len() - 5).step_by(509) {
                assert_eq!(
                    render(&bytes[..length], &Images::default()),
                    Err(NotTaken::Damaged),
                    "{format:?} cut to {length}"
                );
            }
        }
    }

    #[test]
    fn a_pixel_bomb_is_refused_by_its_header() {
        let mut bomb = drawn(320, 240, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
        let sum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(
            render(&bomb, &Images::default()),
            Err(NotTaken::TooManyPixels)
        );

        let few = Images {
            max_pixels: 320 * 240 - 1,
            ..Images::default()
        };
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            assert_eq!(
                render(&drawn(320, 240, format), &few),
                Err(NotTaken::TooManyPixels)
            );
        }
    }

    #[test]
    fn a_thumbnail_is_too_small_to_be_read() {
        let small = drawn(199, 900, ImageFormat::Jpeg);
        assert_eq!(render(&small, &Images::default()), Err(NotTaken::TooSmall));
    }

    #[test]
    fn a_moving_png_is_not_a_photograph() {
        let still = drawn(320, 240, ImageFormat::Png);
        let mut control = 8u32.to_be_bytes().to_vec();
        control.extend_from_slice(b"acTL\0\0\0\x02\0\0\0\0");
        control.extend_from_slice(&crc32(&control[4..]).to_be_bytes());
        let mut moving = still[..33].to_vec();
        moving.extend_from_slice(&control);
        moving.extend_from_slice(&still[33..]);
        assert_eq!(
            render(&moving, &Images::default()),
            Err(NotTaken::NotAnImage)
        );
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |sum: u32, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
                sum >> 1 ^ (0xEDB8_8320 & 0u32.wrapping_sub(sum & 1))
            })
        })
    }
}
