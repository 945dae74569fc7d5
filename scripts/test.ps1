# Every test; arguments go to pytest: .\scripts\test.ps1 [-k WORD]
$ErrorActionPreference = 'Stop'
Push-Location (Join-Path $PSScriptRoot '..')
try {
    . (Join-Path $PSScriptRoot 'find_python.ps1')
    & $Python scripts/bootstrap.py test @args
}
finally {
    Pop-Location
}
exit $LASTEXITCODE
