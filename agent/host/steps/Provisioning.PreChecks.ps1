<#
.SYNOPSIS
    Checks everything that can be known to fail before the image is copied.
.DESCRIPTION
    Fields, virtual switch, failover cluster, image and what it is, ISO, free space, memory, name.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)] [hashtable] $Context
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$hostOptions, $fields = $Context.Job.host, $Context.Fields
$null = Get-HvoGuestField -Fields $fields -OsFamily $Context.OsFamily
$switch = [string](Get-HvoProperty $hostOptions 'virtual_switch')
$switches = @(Get-VMSwitch | ForEach-Object { [string]$_.Name })
if ($switches -notcontains $switch) {
    Stop-HvoLaunch -Code SwitchNotFound -Message "This host has no virtual switch '$switch'." `
        -Summary "The host has these switches: $($switches -join ', ')."
}
if (Get-HvoProperty $fields 'vm_clustered' -Default $false) { Assert-HvoClusterRolePossible -Context $Context }
$image = Get-HvoImagePath -Context $Context
# A machine that has its disk does not need the image any more.
if (-not [System.IO.File]::Exists($Context.DiskPath)) {
    Assert-HvoImageUsable -Path $image -Image (Read-HvoImage -Path $image)
    Assert-HvoImageUnchanged -Context $Context -Path $image
}
$null = Get-HvoIsoPath -Context $Context
if (-not [System.IO.File]::Exists($Context.DiskPath) -and (Get-HvoProperty $hostOptions 'clone' -Default 'Copy') -eq 'Copy') {
    $needed = [System.IO.FileInfo]::new($image).Length
    $free = Get-HvoFreeSpace -Path $Context.Machines
    if ($null -ne $free -and $free -lt $needed) {
        Stop-HvoLaunch -Code InsufficientSpace -Message ("The image takes $(Format-HvoSize $needed) GB, and the volume of " +
            "$($Context.Machines) has $(Format-HvoSize $free) GB free.")
    }
}
if ($null -eq $Context.Vm -or [string]$Context.Vm.State -ne 'Running') {
    Assert-HvoFreeMemory -Bytes ([long]$fields.gb_ram * 1073741824)
}
Assert-HvoVmNameFree -Context $Context -List (Get-HvoVmList)
