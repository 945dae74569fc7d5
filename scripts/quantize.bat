@echo off
rem Write a model with fewer bits a number: scripts\quantize.bat IN [OUT] [--type Q4_K_M]
rem Needs llama-cpp-python: .\scripts\setup_dev.ps1 --extra llama-cpp
"%~dp0..\.venv\Scripts\python.exe" -m app models quantize %*
exit /b %ERRORLEVEL%
