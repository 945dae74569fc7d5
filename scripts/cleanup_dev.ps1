# Take away what setup_dev and run_agent made, in this shell too: .\scripts\cleanup_dev.ps1 [--models]
$ErrorActionPreference = 'Stop'
Push-Location (Join-Path $PSScriptRoot '..')
try {
    . (Join-Path $PSScriptRoot 'find_python.ps1')
    & $Python scripts/bootstrap.py clean @args
    $code = $LASTEXITCODE
}
finally {
    Pop-Location
}
if (Get-Command deactivate -CommandType Function -ErrorAction SilentlyContinue) {
    deactivate
}
Get-ChildItem Env: | Where-Object Name -Like 'SOLO_SETUP_*' | ForEach-Object {
    Remove-Item "Env:$($_.Name)"
}
exit $code
