"""Pure functions from rows or arrays to what is drawn: colours, plotly figures, PNG tiles, chart data."""
