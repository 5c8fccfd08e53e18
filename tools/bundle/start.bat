@echo off
rem Letters of ASCII only: what a batch file holds besides is read in the console's own code page.
cd /d "%~dp0"
where py >nul 2>nul
if %errorlevel%==0 (
  py -@python@ start.py
) else (
  python start.py
)
pause
