"""Every form looks like ours, those of other packages too."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Render `{{ form }}` and `{{ field.as_field_group }}` with label, help and error beside it."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
