//! One answer as a browser without JavaScript sees it: its step, its error, its forms.

use anyhow::{Context, Result, bail};
use reqwest::header::HeaderMap;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::reply::Parameters;

/// The answer that ended a navigation.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// The status code.
    pub status: u16,
    /// Every header of this last answer.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
    /// Where the answer sends the browser, when that is outside of what it follows (a client's callback).
    pub left: Option<Url>,
    /// The answers before this one, in order.
    pub trail: Vec<Hop>,
}

/// A redirect that the browser followed.
#[derive(Clone, Debug)]
pub struct Hop {
    /// Where it came from.
    pub url: Url,
    /// The status code.
    pub status: u16,
    /// Every header.
    pub headers: HeaderMap,
}

impl Page {
    /// `data-step` of the one `<main>`.
    #[must_use]
    pub fn step(&self) -> Option<String> {
        self.main_attribute("data-step")
    }

    /// An attribute of `<main>`, such as `data-channel`.
    #[must_use]
    pub fn main_attribute(&self, name: &str) -> Option<String> {
        self.attribute("main", name)
    }

    /// `data-error` of the element with `role="alert"`.
    #[must_use]
    pub fn error_code(&self) -> Option<String> {
        self.attribute("[role=alert][data-error]", "data-error")
    }

    /// An attribute of the first element that matches a CSS selector.
    #[must_use]
    pub fn attribute(&self, selector: &str, name: &str) -> Option<String> {
        self.first(selector, |element| element.attr(name).map(str::to_owned)).flatten()
    }

    /// The text of the first element that matches a CSS selector, trimmed.
    #[must_use]
    pub fn text(&self, selector: &str) -> Option<String> {
        self.first(selector, |element| element.text().collect::<String>().trim().to_owned())
    }

    /// How many elements match a CSS selector.
    #[must_use]
    pub fn count(&self, selector: &str) -> usize {
        Selector::parse(selector)
            .map_or(0, |selector| Html::parse_document(&self.body).select(&selector).count())
    }

    /// What the client's callback was given, when the browser was sent there by a redirect.
    pub fn callback(&self) -> Result<Parameters> {
        let left = self.left.as_ref().with_context(|| {
            format!(
                "not sent to a client: {} at {} (step {:?}, error {:?})",
                self.status,
                self.url,
                self.step(),
                self.error_code()
            )
        })?;
        Ok(Parameters::of_query(left))
    }

    /// The form whose button is `name="action" value="ACTION"`, filled in as the page has it and with that button pressed.
    pub fn form(&self, action: &str) -> Result<Form> {
        let document = Html::parse_document(&self.body);
        let button = format!("button[name=action][value={action:?}]");
        let button = document.select(&selector(&button)?).next().with_context(|| {
            format!(
                "no action `{action}` at {} (status {}, step {:?}, error {:?})",
                self.url,
                self.status,
                self.step(),
                self.error_code()
            )
        })?;
        let form = match button.attr("form") {
            Some(id) => document.select(&selector(&format!("form#{id}"))?).next(),
            None => button
                .ancestors()
                .filter_map(ElementRef::wrap)
                .find(|element| element.value().name() == "form"),
        };
        let mut form = self.read(form.context("the button is in no form")?)?;
        form.set("action", action);
        Ok(form)
    }

    /// Every form of the page, whatever its buttons.
    pub fn forms(&self) -> Result<Vec<Form>> {
        let document = Html::parse_document(&self.body);
        document.select(&selector("form")?).map(|form| self.read(form)).collect()
    }

    /// The first form of the page, whatever its buttons.
    pub fn only_form(&self) -> Result<Form> {
        let document = Html::parse_document(&self.body);
        let form = document.select(&selector("form")?).next().context("no form")?;
        self.read(form)
    }

    fn read(&self, form: ElementRef<'_>) -> Result<Form> {
        let action = self.url.join(form.attr("action").unwrap_or_default())?;
        let post = form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post"));
        let mut fields = Vec::new();
        for input in form.select(&selector("input[name], textarea[name], select[name]")?) {
            let kind = input.attr("type").unwrap_or("text");
            let unchecked = matches!(kind, "radio" | "checkbox") && input.attr("checked").is_none();
            if !unchecked && !matches!(kind, "submit" | "button" | "image" | "reset") {
                let name = input.attr("name").unwrap_or_default().to_owned();
                let value = input.attr("value").unwrap_or_default().to_owned();
                fields.push((name, value));
            }
        }
        Ok(Form { action, post, fields })
    }

    fn first<T>(&self, css: &str, take: impl Fn(ElementRef<'_>) -> T) -> Option<T> {
        let selector = Selector::parse(css).ok()?;
        let document = Html::parse_document(&self.body);
        document.select(&selector).next().map(take)
    }
}

/// A form on its way to the server; change it before sending to play a hostile page.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: Url,
    /// POST, or GET.
    pub post: bool,
    /// Every field, hidden ones included, in page order.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// Sets a field, adding it when the form has none of that name.
    pub fn set(&mut self, name: &str, value: &str) {
        if let Some((_, held)) = self.fields.iter_mut().find(|(key, _)| key == name) {
            value.clone_into(held);
        } else {
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, name: &str) {
        self.fields.retain(|(key, _)| key != name);
    }

    /// A field's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn selector(css: &str) -> Result<Selector> {
    match Selector::parse(css) {
        Ok(selector) => Ok(selector),
        Err(error) => bail!("{css}: {error}"),
    }
}

#[cfg(test)]
mod tests;
