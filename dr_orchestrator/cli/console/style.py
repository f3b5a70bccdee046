"""The layout of the console: it has to be of use on 80 columns and 24 lines."""

LAYOUT = """
#head { height: 2; background: $boost; }
#banner { height: auto; max-height: 3; }
#body { height: 1fr; }
#left, #right { width: 1fr; }
.pane { height: 1fr; border: round $primary-darken-2; padding: 0 1; }
VerticalScroll { scrollbar-size-vertical: 1; }
#next { height: auto; max-height: 80%; border: round $primary; }
.pane:focus { border: round $accent; }
#injects { min-height: 3; }
#log { height: 30%; min-height: 6; border: round $primary-darken-2; padding: 0 1; }
#log:focus { border: round $accent; }
#keys { height: auto; background: $boost; }
Asking, Reading { align: center middle; }
#form, #reading { width: 90%; max-width: 100; height: auto; max-height: 100%; border: round $accent; }
#form, #reading { padding: 0 1; background: $surface; }
#form Input { border: none; height: 1; background: $boost; }
#form OptionList { height: auto; max-height: 5; border: none; background: $boost; }
#form OptionList:focus, #form Input:focus { background: $primary-darken-3; }
#refused { height: auto; }
"""
