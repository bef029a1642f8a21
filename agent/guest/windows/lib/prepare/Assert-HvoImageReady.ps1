function Assert-HvoImageReady {
    <#
    .SYNOPSIS
        Checks that this Windows can be prepared as an image. Throws what is missing and what to do about it.
    .PARAMETER Starter
        What starts the guest: ScheduledTask or CloudbaseInit.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Starter
    )
    if (-not (Test-HvoElevated)) {
        throw ('This session has no administrator rights. Start Windows PowerShell with "Run as administrator" and ' +
            'try again.')
    }
    if (-not [Environment]::Is64BitProcess) {
        throw 'This is a 32-bit PowerShell. Start the 64-bit one (System32, not SysWOW64) and try again.'
    }
    if ($null -eq (Get-Service -Name 'vmickvpexchange' -ErrorAction SilentlyContinue)) {
        throw ('The Hyper-V Data Exchange Service (vmickvpexchange) does not exist. Run this in a Hyper-V VM with the ' +
            'integration services that are part of Windows.')
    }
    foreach ($command in 'Get-LocalUser', 'New-NetIPAddress', 'Add-Computer') {
        if ($null -eq (Get-Command -Name $command -ErrorAction SilentlyContinue)) {
            throw "This PowerShell has no $command. Run this in Windows PowerShell 5.1 on Windows Server 2016 or later."
        }
    }
    if ($Starter -ne 'CloudbaseInit') { return }
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='cloudbase-init'"
    if ($null -eq $service) {
        throw 'cloudbase-init is not installed. Install it, or omit -Starter to use a scheduled task.'
    }
    if ($service.StartName -ne 'LocalSystem') {
        throw ("cloudbase-init runs as $($service.StartName), but only SYSTEM can access the files of the guest. " +
            'Install it with the option "Run Cloudbase-Init service as LocalSystem".')
    }
}
