//! From a failing history to the smallest that still fails in the same way: parts are taken out, several at once and one
//! by one; then values are made small. Works on a scenario's file as a value, so whatever the language has, it can shrink.

use serde_json::{Value, json};

use crate::scenario::terse;

/// Durations that are tried in the place of a longer one.
const SPANS: &[&str] = &["0s", "1s", "5s", "1m", "5m", "10m", "30m", "1h", "2h"];

/// Makes a scenario's file smaller as long as it `fails`, which is asked so many times at most.
pub fn shrink(file: Value, tries: u32, fails: impl FnMut(&Value) -> bool) -> Value {
    let mut shrinking = Shrinking { file: terse(file), left: tries, fails };
    loop {
        let before = shrinking.file.clone();
        shrinking.unfold();
        shrinking.drop_orders();
        shrinking.thin_out();
        shrinking.drop_words();
        shrinking.lessen();
        if shrinking.file == before || shrinking.left == 0 {
            return shrinking.file;
        }
    }
}

struct Shrinking<F> {
    file: Value,
    left: u32,
    fails: F,
}

impl<F: FnMut(&Value) -> bool> Shrinking<F> {
    /// Takes a smaller file over when it still fails.
    fn take(&mut self, file: Value) -> bool {
        if self.left == 0 || file == self.file {
            return false;
        }
        self.left -= 1;
        let fails = (self.fails)(&file);
        if fails {
            self.file = file;
        }
        fails
    }

    /// What happens at the same time happens one after the other.
    fn unfold(&mut self) {
        let steps = self.file["steps"].as_array().cloned().unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            let Some(lists) = step["parallel"].as_array() else { continue };
            let all: Vec<Value> = lists.iter().filter_map(Value::as_array).flatten().cloned().collect();
            let mut less = steps.clone();
            less.splice(index..=index, all);
            let mut file = self.file.clone();
            file["steps"] = less.into();
            if self.take(file) {
                return self.unfold();
            }
        }
    }

    /// An order goes with everything that is done with it.
    fn drop_orders(&mut self) {
        let mut names = Vec::new();
        names_in(&self.file["steps"], &mut names);
        for name in names {
            let mut file = self.file.clone();
            without(&mut file["steps"], &name);
            without(&mut file["expect"], &name);
            self.take(file);
        }
    }

    /// Takes entries out of every list: half of them, a quarter, one by one; the last ones first.
    fn thin_out(&mut self) {
        let mut lists = Vec::new();
        pointers(&self.file, &mut String::new(), &mut lists, &|value| value.is_array());
        for list in lists {
            let Some(mut size) = self.file.pointer(&list).and_then(Value::as_array).map(Vec::len) else { continue };
            while size > 0 {
                let mut end = self.length(&list);
                while end > 0 {
                    let begin = end.saturating_sub(size);
                    let mut file = self.file.clone();
                    if let Some(items) = file.pointer_mut(&list).and_then(Value::as_array_mut) {
                        items.drain(begin..end.min(items.len()));
                    }
                    self.take(file);
                    end = begin.min(self.length(&list));
                }
                size /= 2;
            }
        }
    }

    fn length(&self, list: &str) -> usize {
        self.file.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)
    }

    /// Lets every word that can be left out have its default.
    fn drop_words(&mut self) {
        let mut maps = Vec::new();
        pointers(&self.file, &mut String::new(), &mut maps, &|value| value.is_object());
        for map in maps {
            let keys: Vec<String> = match self.file.pointer(&map).and_then(Value::as_object) {
                Some(fields) => fields.keys().cloned().collect(),
                None => continue,
            };
            for key in keys {
                let mut file = self.file.clone();
                let fields = file.pointer_mut(&map).and_then(Value::as_object_mut);
                if fields.is_some_and(|fields| fields.shift_remove(&key).is_some()) {
                    self.take(file);
                }
            }
        }
    }

    /// Makes numbers and durations small.
    fn lessen(&mut self) {
        let mut leaves = Vec::new();
        pointers(&self.file, &mut String::new(), &mut leaves, &|value| value.is_string() || value.is_u64());
        for leaf in leaves {
            let Some(value) = self.file.pointer(&leaf).cloned() else { continue };
            for small in smaller(&value) {
                let mut file = self.file.clone();
                if let Some(place) = file.pointer_mut(&leaf) {
                    *place = small;
                }
                if self.take(file) {
                    break;
                }
            }
        }
    }
}

/// Values that are tried in the place of one, the smallest first.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => {
            let number = number.as_u64().unwrap_or_default();
            [1, 2, 3, number / 2].into_iter().filter(|small| *small > 0 && *small < number).map(Value::from).collect()
        }
        Value::String(text) => {
            let Ok(span) = wire::time::parse_duration(text) else { return Vec::new() };
            let is_shorter = |short: &&&str| wire::time::parse_duration(short).is_ok_and(|short| short < span);
            SPANS.iter().filter(is_shorter).map(|short| json!(short)).collect()
        }
        _ => Vec::new(),
    }
}

/// JSON pointers to all values of a kind.
fn pointers(value: &Value, at: &mut String, all: &mut Vec<String>, fits: &dyn Fn(&Value) -> bool) {
    if fits(value) {
        all.push(at.clone());
    }
    let before = at.len();
    let mut below = |key: &str, value: &Value| {
        at.push('/');
        at.push_str(&key.replace('~', "~0").replace('/', "~1"));
        pointers(value, at, all, fits);
        at.truncate(before);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| below(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| below(&index.to_string(), value)),
        _ => {}
    }
}

/// The names of the orders and batches that are sold.
fn names_in(steps: &Value, names: &mut Vec<String>) {
    match steps {
        Value::Object(fields) => {
            let sold = fields.get("checkout").map(|sale| &sale["order"]);
            let batch = fields.get("checkout-batch").map(|sale| &sale["batch"]);
            names.extend(sold.or(batch).and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| names_in(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| names_in(value, names)),
        _ => {}
    }
}

/// Takes out every step that names an order.
fn without(steps: &mut Value, name: &str) {
    let Some(items) = steps.as_array_mut() else { return };
    items.retain_mut(|step| {
        if let Some(lists) = step.get_mut("parallel").and_then(Value::as_array_mut) {
            lists.iter_mut().for_each(|list| without(list, name));
            return true;
        }
        let Some((_, inner)) = step.as_object().and_then(|fields| fields.iter().next()) else { return true };
        let is_its = inner["order"] == name || inner["batch"] == name || inner.get(name).is_some();
        !is_its && inner["order"].get(name).is_none()
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{from_value, parse, text, to_value};

    fn file(yaml: &str) -> Value {
        to_value(&parse("a.yaml", yaml).unwrap())
    }

    #[test]
    fn what_does_not_matter_goes_and_what_does_stays() {
        let large = file(
            "title: t\nroles: [edc]\ngiven:\n  terminal:\n    cardholder: [nothing, {insert: {after: 7s}}]\n    \
             host: [{approve: {after: 9s}}]\n    faults: [{busy: {times: 3}}, {lose-answer: {times: 3}}, {hang: {for: 1m}}]\n\
             steps:\n  - checkout: {order: A, by: terminal, amount: {currency: KRW, value: \"10400\"}}\n  - advance: {by: 7m}\n  \
             - parallel: [[{checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1\"}}}, {cancel: {order: B}}], \
             [{restart: {}}]]\n  - settle: {within: 24h}\n",
        );
        let mut asked = 0;
        let small = shrink(large, 1000, |file| {
            asked += 1;
            let text = file.to_string();
            parse("b.yaml", &crate::scenario::text(file)).is_ok()
                && text.contains("lose-answer")
                && text.contains("restart")
                && text.contains("\"B\"")
                && text.contains("settle")
        });
        let wanted = "title: t\nroles: [edc]\ngiven:\n  terminal:\n    faults:\n      - lose-answer: {}\nsteps:\n  - \
            checkout: {order: B, by: terminal, amount: {currency: KRW, value: \"1\"}}\n  - restart: {}\n  - settle: \
            {within: 0s}\n";
        assert_eq!(text(&small), wanted);
        assert!(from_value(small).is_ok() && asked < 200, "{asked}");
    }

    #[test]
    fn it_ends_when_it_may_not_ask_any_more() {
        let large = file("title: t\nroles: [edc]\nsteps: [{advance: {by: 1h}}, {advance: {by: 2h}}]\n");
        let mut asked = 0;
        shrink(large, 3, |_| {
            asked += 1;
            true
        });
        assert_eq!(asked, 3);
    }
}
