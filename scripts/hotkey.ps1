# A native Windows key for push-to-talk: .\scripts\hotkey.ps1 [-Key S] [-Modifiers 'Ctrl+Alt'] [-DataDir data]
# Hold the key and talk, let it go and Solo answers. It calls the API of the Solo that runs on this
# data folder, with the token that lies there. Ctrl-C ends it.
param(
    [string] $Key = 'S',
    [string] $Modifiers = 'Ctrl+Alt',
    [string] $DataDir = (Join-Path $PSScriptRoot '..\data')
)
$ErrorActionPreference = 'Stop'

Add-Type -TypeDefinition @'
using System;
using System.Runtime.InteropServices;

public static class SoloHotkey
{
    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public IntPtr Window;
        public uint Kind;
        public UIntPtr WParam;
        public IntPtr LParam;
        public uint Time;
        public int X;
        public int Y;
    }

    [DllImport("user32.dll", SetLastError = true)]
    public static extern bool RegisterHotKey(IntPtr window, int id, uint modifiers, uint key);

    [DllImport("user32.dll")]
    public static extern bool UnregisterHotKey(IntPtr window, int id);

    [DllImport("user32.dll")]
    public static extern bool PeekMessage(out Message message, IntPtr window, uint first, uint last, uint remove);

    [DllImport("user32.dll")]
    public static extern short GetAsyncKeyState(int key);
}
'@

function Send-Solo {
    param([string] $Action)
    try {
        $address = Get-Content -Raw (Join-Path $DataDir 'run\address.json') | ConvertFrom-Json
        $token = (Get-Content -Raw (Join-Path $DataDir 'run\token')).Trim()
        $null = Invoke-RestMethod -Method Post -Uri "$($address.url)/api/v1/ptt/$Action" `
            -Headers @{ Authorization = "Bearer $token" } -ContentType 'application/json' -Body '{}'
    }
    catch {
        Write-Warning "Solo does not answer ($($_.Exception.Message)). Start it with .\scripts\run_agent.ps1"
    }
}

$masks = @{ Alt = 1; Ctrl = 2; Shift = 4; Win = 8 }
$mask = 0x4000
foreach ($name in $Modifiers.Split('+')) {
    $mask = $mask -bor $masks[$name.Trim()]
}
$code = [int][char]$Key.ToUpperInvariant()[0]
if (-not [SoloHotkey]::RegisterHotKey([IntPtr]::Zero, 1, $mask, $code)) {
    throw "Another program has the key $Modifiers+$Key. Choose one with -Key and -Modifiers."
}
Write-Host "Hold $Modifiers+$Key and talk; Ctrl-C ends this."
try {
    $message = New-Object SoloHotkey+Message
    while ($true) {
        if ([SoloHotkey]::PeekMessage([ref] $message, [IntPtr]::Zero, 0x0312, 0x0312, 1)) {
            Send-Solo 'start'
            while ([SoloHotkey]::GetAsyncKeyState($code) -lt 0) {
                Start-Sleep -Milliseconds 20
            }
            Send-Solo 'stop'
        }
        Start-Sleep -Milliseconds 20
    }
}
finally {
    $null = [SoloHotkey]::UnregisterHotKey([IntPtr]::Zero, 1)
}
