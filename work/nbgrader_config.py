"""JupyterLab's Assignment List reads its configuration in the folder that it fetches to: here."""

load_subconfig("../nbgrader_config.py")
