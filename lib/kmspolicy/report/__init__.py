"""The answer to one policy: verdict, reasons, severity."""
