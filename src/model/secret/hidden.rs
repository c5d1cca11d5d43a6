//! A value that may be a secret: it can be looked at, and by mistake it cannot be printed.

/// A text that came out of an image or a Dockerfile as the value of something.
///
/// It has neither `Debug` nor `Display` nor `Serialize`: what holds one cannot derive them, so that no log line, error or
/// report gets it without somebody writing [`Hidden::look`] there.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(String);

impl Hidden {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, to compare it or to look for something in it.
    pub fn look(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Hidden;
    use std::marker::PhantomData;

    /// What a type that cannot be printed has.
    trait Silent {
        const IS_PRINTED: bool = false;
    }

    impl<T> Silent for T {}

    struct Debugged<T>(PhantomData<T>);

    impl<T: std::fmt::Debug> Debugged<T> {
        const IS_PRINTED: bool = true;
    }

    struct Displayed<T>(PhantomData<T>);

    impl<T: std::fmt::Display> Displayed<T> {
        const IS_PRINTED: bool = true;
    }

    struct Written<T>(PhantomData<T>);

    impl<T: serde::Serialize> Written<T> {
        const IS_PRINTED: bool = true;
    }

    #[test]
    fn a_hidden_value_has_no_form_in_which_it_could_be_printed() {
        let hidden = [
            Debugged::<Hidden>::IS_PRINTED,
            Displayed::<Hidden>::IS_PRINTED,
            Written::<Hidden>::IS_PRINTED,
        ];
        let text = [
            Debugged::<String>::IS_PRINTED,
            Displayed::<String>::IS_PRINTED,
            Written::<String>::IS_PRINTED,
        ];
        assert_eq!((hidden, text), ([false; 3], [true; 3]));
    }
}
