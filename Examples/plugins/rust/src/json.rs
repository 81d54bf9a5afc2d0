//! As much of JSON (RFC 8259) as options need, and as little as a plugin without crates wants to own.

#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Boolean(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What nests deeper is refused: this reader calls itself.
const DEEPEST: usize = 64;

impl Json {
    /// None for anything but one whole JSON document in UTF-8.
    pub fn parse(bytes: &[u8]) -> Option<Json> {
        let mut reader = Reader { rest: std::str::from_utf8(bytes).ok()?, depth: 0 };
        let value = reader.value()?;
        reader.skip_blanks();
        reader.rest.is_empty().then_some(value)
    }

    /// A text as a JSON string.
    pub fn quoted(text: &str) -> String {
        let mut quoted = String::from("\"");
        for letter in text.chars() {
            match letter {
                '"' | '\\' => quoted.extend(['\\', letter]),
                letter if (letter as u32) < 0x20 => quoted.push_str(&format!("\\u{:04x}", letter as u32)),
                letter => quoted.push(letter),
            }
        }
        quoted + "\""
    }
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, word: &str) -> bool {
        match self.rest.strip_prefix(word) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn next(&mut self) -> Option<char> {
        let letter = self.rest.chars().next()?;
        self.rest = &self.rest[letter.len_utf8()..];
        Some(letter)
    }

    fn value(&mut self) -> Option<Json> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.skip_blanks();
        let value = match self.rest.as_bytes().first()? {
            b'n' => self.take("null").then_some(Json::Null),
            b't' => self.take("true").then_some(Json::Boolean(true)),
            b'f' => self.take("false").then_some(Json::Boolean(false)),
            b'"' => self.text().map(Json::Text),
            b'[' => self.list(),
            b'{' => self.object(),
            _ => self.number(),
        }?;
        self.depth -= 1;
        Some(value)
    }

    fn list(&mut self) -> Option<Json> {
        self.take("[");
        let mut items = Vec::new();
        self.skip_blanks();
        if self.take("]") {
            return Some(Json::List(items));
        }
        loop {
            items.push(self.value()?);
            self.skip_blanks();
            if self.take("]") {
                return Some(Json::List(items));
            }
            self.take(",").then_some(())?;
        }
    }

    fn object(&mut self) -> Option<Json> {
        self.take("{");
        let mut members = Vec::new();
        self.skip_blanks();
        if self.take("}") {
            return Some(Json::Object(members));
        }
        loop {
            self.skip_blanks();
            let name = self.text()?;
            self.skip_blanks();
            self.take(":").then_some(())?;
            members.push((name, self.value()?));
            self.skip_blanks();
            if self.take("}") {
                return Some(Json::Object(members));
            }
            self.take(",").then_some(())?;
        }
    }

    fn number(&mut self) -> Option<Json> {
        let end = self.rest.find(|letter: char| !"+-.eE0123456789".contains(letter)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        let whole = digits.strip_prefix('-').unwrap_or(digits).as_bytes();
        let is_plain = matches!(whole, [b'0', b'0'..=b'9', ..]) || !matches!(whole, [b'0'..=b'9', ..]);
        if is_plain || digits.ends_with('.') || digits.contains(".e") || digits.contains(".E") {
            return None;
        }
        self.rest = rest;
        digits.parse().ok().map(Json::Number)
    }

    fn text(&mut self) -> Option<String> {
        self.take("\"").then_some(())?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                letter if (letter as u32) < 0x20 => return None,
                letter => text.push(letter),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        match self.next()? {
            'b' => Some('\u{8}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            letter @ ('"' | '\\' | '/') => Some(letter),
            'u' => {
                let high = self.code()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                let low = if self.take("\\u") { self.code()? } else { return None };
                if !(0xdc00..0xe000).contains(&low) {
                    return None;
                }
                char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00))
            }
            _ => None,
        }
    }

    fn code(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}
