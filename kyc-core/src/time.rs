//! Time is an argument: nothing in this crate asks a clock.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Add;

use serde::{Deserialize, Serialize};

use crate::json::{Found, Read, Reader, Write};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// ```
/// use kyc_core::{Seconds, Timestamp};
///
/// let opened = Timestamp::from_millis(1_000);
/// assert_eq!(opened + Seconds(2), Timestamp::from_millis(3_000));
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// The moment that lies `millis` after the Unix epoch.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// How far this moment lies after the Unix epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;

    fn add(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.as_millis()))
    }
}

impl Write for Timestamp {
    fn write(&self, text: &mut Vec<u8>) {
        self.0.write(text);
    }
}

impl Read for Timestamp {
    fn blank() -> Self {
        Self(0)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        self.0.read(reader)
    }
}

/// A span of whole seconds, as a Flow file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seconds(pub u32);

impl Seconds {
    /// The same span in milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 as u64 * 1_000
    }

    /// That many hours.
    pub const fn hours(hours: u32) -> Self {
        Self(hours * 60 * 60)
    }

    /// That many days of 24 hours.
    pub const fn days(days: u32) -> Self {
        Self::hours(days * 24)
    }
}

impl Write for Seconds {
    fn write(&self, text: &mut Vec<u8>) {
        self.0.write(text);
    }
}

impl Read for Seconds {
    fn blank() -> Self {
        Self(0)
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Found<()> {
        self.0.read(reader)
    }
}

/// A day of the proleptic Gregorian calendar, written `YYYY-MM-DD` (ISO 8601-1, extended format).
///
/// Only days that exist can be parsed.
///
/// ```
/// use kyc_core::Date;
///
/// assert!("1990-02-28".parse::<Date>().is_ok());
/// assert!("1990-02-30".parse::<Date>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day at `moment` in UTC.
    pub fn of(moment: Timestamp) -> Self {
        // The civil-from-days algorithm: eras of 400 years, years that begin in March.
        let days = moment.0 / 86_400_000 + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: u8::try_from(month).unwrap_or(12),
            day: u8::try_from(day).unwrap_or(31),
        }
    }

    /// Full years from this day to `today`: a person's age.
    pub fn years_until(self, today: Self) -> u16 {
        let birthday_passed = (today.month, today.day) >= (self.month, self.day);
        today
            .year
            .saturating_sub(self.year)
            .saturating_sub(u16::from(!birthday_passed))
    }

    fn days_in(year: u16, month: u8) -> u8 {
        match month {
            4 | 6 | 9 | 11 => 30,
            2 if year.is_multiple_of(4)
                && (!year.is_multiple_of(100) || year.is_multiple_of(400)) =>
            {
                29
            }
            2 => 28,
            _ => 31,
        }
    }
}

/// The text is not a day of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a date of the form YYYY-MM-DD")]
pub struct NotADate;

impl core::str::FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text.as_bytes() else {
            return Err(NotADate);
        };
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0_u16, |sum, digit| {
                digit
                    .is_ascii_digit()
                    .then(|| sum * 10 + u16::from(digit - b'0'))
                    .ok_or(NotADate)
            })
        };
        let year = number(&[y1, y2, y3, y4])?;
        let month = u8::try_from(number(&[m1, m2])?).map_err(|_| NotADate)?;
        let day = u8::try_from(number(&[d1, d2])?).map_err(|_| NotADate)?;
        if !(1..=12).contains(&month) || !(1..=Self::days_in(year, month)).contains(&day) {
            return Err(NotADate);
        }
        Ok(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{:04}-{:02}-{:02}",
            self.year, self.month, self.day
        )
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_moment_is_the_civil_day_in_utc() {
        for (millis, day) in [
            (0, "1970-01-01"),
            (951_782_399_999, "2000-02-28"),
            (951_782_400_000, "2000-02-29"),
            (1_795_219_200_000, "2026-11-21"),
            (4_107_542_400_000, "2100-03-01"),
        ] {
            assert_eq!(Date::of(Timestamp(millis)).to_string(), day);
        }
    }

    #[test]
    fn an_age_counts_only_birthdays_that_have_come() {
        let born: Date = "2008-11-22".parse().unwrap();
        assert_eq!(born.years_until("2026-11-21".parse().unwrap()), 17);
        assert_eq!(born.years_until("2026-11-22".parse().unwrap()), 18);
        assert_eq!(born.years_until("2000-01-01".parse().unwrap()), 0);
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "1990-13-01",
            "1990-00-10",
            "1999-02-29",
            "1900-02-29",
            "90-01-01",
            "1990/01/01",
            "+990-01-01",
            "１９９０-01-01",
            "",
        ] {
            assert_eq!(text.parse::<Date>(), Err(NotADate), "{text}");
        }
        assert!("2000-02-29".parse::<Date>().is_ok());
    }
}
