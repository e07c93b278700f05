//! Which countries there are: the officially assigned alpha-2 codes of ISO 3166-1.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use crate::text::as_word;

/// A country or territory, by its ISO 3166-1 alpha-2 code in capitals.
///
/// ```
/// use kyc_core::Country;
///
/// assert_eq!("DE".parse::<Country>()?.as_str(), "DE");
/// assert!("de".parse::<Country>().is_err() && "XX".parse::<Country>().is_err());
/// # Ok::<(), kyc_core::NotACountry>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
pub struct Country(#[cfg_attr(feature = "ts", tsify(type = "string"))] [u8; 2]);

as_word!(Country = Self([0; 2]));

impl Country {
    /// Every assigned code, in alphabetical order.
    ///
    /// ```
    /// assert_eq!(kyc_core::Country::all().count(), 249);
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        let letters = u16::from(LETTERS);
        (0..letters * letters).filter_map(move |place| {
            let [first, second] = [place / letters, place % letters].map(|letter| letter as u8);
            let code = Self([b'A' + first, b'A' + second]);
            code.is_assigned().then_some(code)
        })
    }

    fn is_assigned(self) -> bool {
        let [first, second] = self.0.map(|letter| letter.wrapping_sub(b'A'));
        let seconds = BY_LETTER.get(usize::from(first)).copied().unwrap_or(0);
        second < LETTERS && seconds >> second & 1 == 1
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The text is not an assigned alpha-2 code in capitals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an ISO 3166-1 alpha-2 code")]
pub struct NotACountry;

impl FromStr for Country {
    type Err = NotACountry;

    fn from_str(text: &str) -> Result<Self, NotACountry> {
        let code = text.as_bytes().try_into().map(Self);
        let assigned = code.ok().filter(|code| code.is_assigned());
        assigned.ok_or(NotACountry)
    }
}

impl TryFrom<String> for Country {
    type Error = NotACountry;

    fn try_from(text: String) -> Result<Self, NotACountry> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.as_str().to_owned()
    }
}

impl fmt::Display for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// How many letters a code is made of.
const LETTERS: u8 = 26;

/// The same by their first letter, a bit for each second one: a browser downloads that.
const BY_LETTER: [u32; LETTERS as usize] = {
    let codes = ASSIGNED.as_bytes();
    let mut by_letter = [0; LETTERS as usize];
    let mut at = 0;
    while at < codes.len() {
        by_letter[(codes[at] - b'A') as usize] |= 1 << (codes[at + 1] - b'A');
        at += 3;
    }
    by_letter
};

/// ISO 3166-1:2020 with its newsletters; a space after each code.
const ASSIGNED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS \
BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM \
JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS \
MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM \
US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";
