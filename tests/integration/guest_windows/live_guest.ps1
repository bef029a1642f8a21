<#
.SYNOPSIS
    Runs the Windows guest on a machine in memory. The process at the other end of standard input and output is its host.
.DESCRIPTION
    Whenever the guest waits for data, it writes a line of JSON with what it has published and logged, and reads a line with the values
    that the host publishes. At the end it writes a line with the final state of the machine.
.PARAMETER Vm
    Id of the VM.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [string] $Vm
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. ([System.IO.Path]::Combine($PSScriptRoot, '..', '..', '..', 'agent', 'tests', 'guest-windows', 'Fakes', 'Import-Guest.ps1'))

function Send-Line {
    param([hashtable] $Value)
    [Console]::Out.WriteLine((ConvertTo-Json -InputObject $Value -Compress -Depth 5 -EscapeHandling EscapeNonAscii))
    [Console]::Out.Flush()
}

New-FakeMachine -Vm $Vm
$HvoFake.OnSleep = {
    # The host has nothing to say to a guest that has its data.
    if (Get-FakeState) { return }
    Send-Line @{
        ready = Get-FakeRegistry 'Guest' 'ProvisioningReady'
        state = Get-FakeRegistry 'Guest' 'ProvisioningState'
        log = @($HvoFake.Log)
    }
    $line = [Console]::In.ReadLine()
    Clear-FakeData
    foreach ($pair in (ConvertFrom-Json -InputObject $line).PSObject.Properties) {
        $HvoFake.Registry["SOFTWARE\Microsoft\Virtual Machine\External|$($pair.Name)"] = $pair.Value
    }
}
$result = Invoke-FakeLife
Send-Line @{
    result = $result
    state = Get-FakeRegistry 'Guest' 'ProvisioningState'
    ready = Get-FakeRegistry 'Guest' 'ProvisioningReady'
    name = $HvoFake.ActiveName
    password = (Get-FakeAccount 'Administrator').Password
    domain = $HvoFake.Domain
    joined_as = @($HvoFake.Joins | ForEach-Object { $_.User })
    join_password = @($HvoFake.Joins | ForEach-Object { $_.Password })
    addresses = @($HvoFake.Addresses | ForEach-Object { "$($_.IPAddress)/$($_.PrefixLength)" })
    keys = $HvoFake.Keys.Count
    left = @($HvoFake.Files.Values) + @($HvoFake.Registry.Values) + @($HvoFake.Log)
}
