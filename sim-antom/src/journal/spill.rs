//! The older part of a trace, on the disk: lines in two nameless files that take turns, so that the whole is bounded.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Lines in one file. A reader looks at most at so many before it finds the one that it wants.
const STRIDE: u64 = 64;
/// What is collected before it is written.
const BLOCK: usize = 64 * 1024;

/// See the module's documentation. The files have no name: they are gone with the process, however it ends.
#[derive(Debug)]
pub(super) struct Spill {
    segments: VecDeque<Segment>,
    /// Bytes that one file may have.
    most: u64,
}

#[derive(Debug)]
struct Segment {
    file: File,
    /// The number of the first line.
    first: u64,
    lines: u64,
    /// Bytes that are written.
    written: u64,
    /// What is not written yet.
    block: Vec<u8>,
    /// Where every so-manieth line begins.
    index: Vec<u64>,
}

impl Spill {
    /// Keeps lines in files of together at most twice so many bytes.
    ///
    /// # Errors
    /// No file can be made.
    pub(super) fn of_at_most(most: u64) -> io::Result<Self> {
        let segments = VecDeque::from([Segment::beginning_at(1)?]);
        Ok(Self { segments, most })
    }

    /// Adds the line that follows the last one.
    ///
    /// # Errors
    /// The disk does not take it.
    pub(super) fn add(&mut self, number: u64, line: &str) -> io::Result<()> {
        if self.segments.back().is_none_or(|segment| segment.len() + line.len() as u64 >= self.most) {
            self.segments.push_back(Segment::beginning_at(number)?);
            if self.segments.len() > 2 {
                self.segments.pop_front();
            }
        }
        match self.segments.back_mut() {
            Some(segment) => segment.add(line),
            None => Ok(()),
        }
    }

    /// The lines after a number, oldest first, at most so many.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn after(&mut self, number: u64, most: usize) -> io::Result<Vec<String>> {
        let mut lines = Vec::new();
        for segment in &mut self.segments {
            let from = number.saturating_add(1).max(segment.first);
            if from < segment.first + segment.lines {
                segment.read(from, most - lines.len(), &mut lines)?;
            }
        }
        Ok(lines)
    }
}

impl Segment {
    fn beginning_at(first: u64) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, first, lines: 0, written: 0, block: Vec::with_capacity(BLOCK), index: Vec::new() })
    }

    fn len(&self) -> u64 {
        self.written + self.block.len() as u64
    }

    fn add(&mut self, line: &str) -> io::Result<()> {
        if self.lines.is_multiple_of(STRIDE) {
            self.index.push(self.len());
        }
        self.lines += 1;
        self.block.extend_from_slice(line.as_bytes());
        self.block.push(b'\n');
        if self.block.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.block, self.written)?;
        self.written += self.block.len() as u64;
        self.block.clear();
        Ok(())
    }

    /// Appends lines from a number on, which is one of this file's, until there are `most` more.
    fn read(&mut self, from: u64, most: usize, lines: &mut Vec<String>) -> io::Result<()> {
        self.flush()?;
        let stride = usize::try_from((from - self.first) / STRIDE).unwrap_or(usize::MAX);
        let skipped = usize::try_from((from - self.first) % STRIDE).unwrap_or_default();
        let mut at = self.index.get(stride).copied().unwrap_or(self.written);
        let (mut rest, wanted) = (Vec::new(), lines.len() + most);
        let mut skip = skipped;
        while lines.len() < wanted && at < self.written {
            let mut block = vec![0; BLOCK.min(usize::try_from(self.written - at).unwrap_or(BLOCK))];
            self.file.read_exact_at(&mut block, at)?;
            at += block.len() as u64;
            rest.extend_from_slice(&block);
            let mut begin = 0;
            while let Some(end) = rest.iter().skip(begin).position(|byte| *byte == b'\n').map(|end| begin + end) {
                if skip > 0 {
                    skip -= 1;
                } else if lines.len() < wanted {
                    lines.push(String::from_utf8_lossy(rest.get(begin..end).unwrap_or_default()).into_owned());
                }
                begin = end + 1;
            }
            rest.drain(..begin);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(most: u64, lines: u64) -> Spill {
        let mut spill = Spill::of_at_most(most).unwrap();
        for number in 1..=lines {
            spill.add(number, &format!("line {number:08}")).unwrap();
        }
        spill
    }

    #[test]
    fn any_stretch_of_lines_is_found_again() {
        let mut spill = filled(1 << 30, 20_000);
        for (after, most) in [(0, 3), (62, 4), (63, 1), (64, 200), (9_999, 7), (19_998, 9), (20_000, 1), (u64::MAX, 1)]
        {
            let wanted: Vec<_> =
                (1..=20_000).filter(|n| *n > after).take(most).map(|number| format!("line {number:08}")).collect();
            assert_eq!(spill.after(after, most).unwrap(), wanted, "{after} {most}");
        }
    }

    #[test]
    fn the_oldest_half_goes_when_both_files_are_full() {
        // A line has 14 bytes with its end, so a file has 100.
        let mut spill = filled(1400, 250);
        let lines = spill.after(0, usize::MAX).unwrap();
        assert_eq!((lines.len(), lines[0].as_str()), (150, "line 00000101"));
        assert_eq!(spill.after(195, 10).unwrap()[4..6], ["line 00000200", "line 00000201"], "across both files");
    }
}
