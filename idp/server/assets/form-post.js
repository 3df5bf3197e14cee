// Form Post Response Mode: sends the answer on at once. Without scripts the button does it.
document.getElementById("form-post")?.submit();
