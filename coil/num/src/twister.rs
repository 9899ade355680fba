//! The Mersenne twister MT19937 with seeding by an array of words.
//!
//! Source: M. Matsumoto, T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudorandom number generator", 1998, and
//! the initialisation they published in 2002. The state is bytes that the caller keeps (a guest object): 624 words in the machine's order, then
//! the place of the next word. All words are made anew at once when the last one was taken, so that the state is what other implementations show.

/// Words of the state without the place.
pub const WORDS: usize = 624;
/// Bytes of the state.
pub const STATE_BYTES: usize = 4 * (WORDS + 1);
const MIDDLE: usize = 397;

/// A generator on its state.
#[derive(Debug)]
pub struct Twister<'a>(&'a mut [[u8; 4]]);

impl<'a> Twister<'a> {
    /// The generator of a state; none unless there are `STATE_BYTES` bytes.
    #[inline]
    pub fn on(state: &'a mut [u8]) -> Option<Twister<'a>> {
        let (words, rest) = state.as_chunks_mut();
        (words.len() == WORDS + 1 && rest.is_empty()).then_some(Twister(words))
    }

    /// A word of the state; number `WORDS` is the place.
    #[inline]
    pub fn word(&self, index: usize) -> u32 {
        u32::from_ne_bytes(self.0[index])
    }

    /// Sets a word of the state.
    #[inline]
    pub fn set_word(&mut self, index: usize, word: u32) {
        self.0[index] = word.to_ne_bytes();
    }

    /// What a word and the one before it are mixed from when seeding.
    fn mixed(&self, index: usize, factor: u32) -> u32 {
        let before = self.word(index - 1);
        (before ^ (before >> 30)).wrapping_mul(factor)
    }

    fn seed_by_word(&mut self, seed: u32) {
        self.set_word(0, seed);
        for (index, number) in (1..WORDS).zip(1u32..) {
            let word = self.mixed(index, 1_812_433_253).wrapping_add(number);
            self.set_word(index, word);
        }
        self.set_word(WORDS, WORDS as u32);
    }

    /// The place after `index` in a round over the words, which starts at 1.
    fn step(&mut self, index: usize) -> usize {
        if index + 1 < WORDS {
            return index + 1;
        }
        let last = self.word(WORDS - 1);
        self.set_word(0, last);
        1
    }

    /// Seeds by words, of which there is at least one.
    pub fn seed(&mut self, key: &[u32]) {
        self.seed_by_word(19_650_218);
        let mut index = 1;
        let rounds = WORDS.max(key.len());
        let numbered = key.iter().copied().zip(0u32..);
        for (part, number) in numbered.cycle().take(rounds) {
            let word = self.word(index) ^ self.mixed(index, 1_664_525);
            self.set_word(index, word.wrapping_add(part).wrapping_add(number));
            index = self.step(index);
        }
        for _ in 1..WORDS {
            let word = self.word(index) ^ self.mixed(index, 1_566_083_941);
            self.set_word(index, word.wrapping_sub(index as u32));
            index = self.step(index);
        }
        self.set_word(0, 1 << 31);
    }

    #[cold]
    fn renew(&mut self) {
        for index in 0..WORDS {
            let next = self.word((index + 1) % WORDS);
            let joined = (self.word(index) & (1 << 31)) | (next & !(1 << 31));
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            let far = self.word((index + MIDDLE) % WORDS);
            self.set_word(index, far ^ (joined >> 1) ^ odd);
        }
        self.set_word(WORDS, 0);
    }

    /// The next 32 random bits.
    #[inline]
    pub fn next_word(&mut self) -> u32 {
        if self.word(WORDS) as usize >= WORDS {
            self.renew();
        }
        let place = self.word(WORDS);
        self.set_word(WORDS, place + 1);
        let mut bits = self.word(place as usize);
        bits ^= bits >> 11;
        bits ^= (bits << 7) & 0x9d2c_5680;
        bits ^= (bits << 15) & 0xefc6_0000;
        bits ^ (bits >> 18)
    }

    /// The next float of 53 random bits, from 0 up to but not 1.
    #[inline]
    pub fn next_float(&mut self) -> f64 {
        let high = u64::from(self.next_word() >> 5);
        let low = u64::from(self.next_word() >> 6);
        ((high << 26) | low) as f64 / (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::{STATE_BYTES, Twister};

    /// The first numbers of the authors' own test: seeded by 0x123, 0x234, 0x345, 0x456.
    #[test]
    fn gives_the_published_numbers() {
        let mut state = [0; STATE_BYTES];
        let mut twister = Twister::on(&mut state).expect("a whole state");
        twister.seed(&[0x123, 0x234, 0x345, 0x456]);
        let first: Vec<u32> = (0..5).map(|_| twister.next_word()).collect();
        assert_eq!(
            first,
            [1067595299, 955945823, 477289528, 4107218783, 4228976476]
        );
    }
}
