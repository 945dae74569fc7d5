# Set up for work on Solo: .\scripts\setup_dev.ps1 [--extra NAME] [--python PATH]
$ErrorActionPreference = 'Stop'
Push-Location (Join-Path $PSScriptRoot '..')
try {
    . (Join-Path $PSScriptRoot 'find_python.ps1')
    & $Python scripts/bootstrap.py dev @args
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
