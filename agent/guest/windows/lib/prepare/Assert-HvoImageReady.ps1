function Assert-HvoImageReady {
    <#
    .SYNOPSIS
    Checks that this Windows can become an image; throws what is missing and what to do.
    .PARAMETER Starter
    What shall start the guest.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Starter
    )
    if (-not (Test-HvoElevated)) {
        throw 'This session has no administrator rights. Start Windows PowerShell with "Run as administrator" and try again.'
    }
    if (-not [Environment]::Is64BitProcess) {
        throw 'This is a 32-bit PowerShell. Start the 64-bit one (System32, not SysWOW64) and try again.'
    }
    $exchange = Get-Service -Name 'vmickvpexchange' -ErrorAction SilentlyContinue
    if ($null -eq $exchange) {
        throw ('There is no Hyper-V Data Exchange Service (vmickvpexchange): is this a Hyper-V VM with the integration ' +
            'services of its Windows?')
    }
    if ([string]$exchange.StartType -eq 'Disabled') { Set-Service -Name 'vmickvpexchange' -StartupType Manual }
    foreach ($command in 'Get-LocalUser', 'New-NetIPAddress', 'Add-Computer') {
        if ($null -eq (Get-Command -Name $command -ErrorAction SilentlyContinue)) {
            throw "This PowerShell has no $command. Run this in Windows PowerShell 5.1 of Windows Server 2016 or later."
        }
    }
    if ($Starter -ne 'CloudbaseInit') { return }
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='cloudbase-init'"
    if ($null -eq $service) {
        throw 'cloudbase-init is not installed. Install it first, or leave -Starter out to use a scheduled task.'
    }
    if ($service.StartName -ne 'LocalSystem') {
        throw ("cloudbase-init runs as $($service.StartName), but the guest's files are SYSTEM's alone. Install it with " +
            '"Run Cloudbase-Init service as LocalSystem" ticked.')
    }
}
