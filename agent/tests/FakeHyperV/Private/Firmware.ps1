function Add-FakeBootManager {
    <#
    .SYNOPSIS
    Puts the boot manager of a guest that boots from a disk first in the boot order: a file on that disk.
    #>
    param([object] $Record)
    if ($Record.generation -ne 2 -or -not @($Record.disks).Count -or @($Record.firmware.bootOrder -like 'File:*').Count -gt 0) { return }
    $Record.firmware.bootOrder = @('File:Windows Boot Manager') + @($Record.firmware.bootOrder)
}

function Get-FakeBootKey {
    <#
    .SYNOPSIS
    Returns the place of a drive or adapter object in a VM's boot order; writes an error if it is not there.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object] $Record, [object] $Device)
    $types = $Device.PSObject.TypeNames
    $key = $null
    if ('Microsoft.HyperV.PowerShell.HardDiskDrive' -in $types) { $key = "disks:$($Device.ControllerLocation)" }
    if ('Microsoft.HyperV.PowerShell.DvdDrive' -in $types) { $key = "dvds:$($Device.ControllerLocation)" }
    if ('Microsoft.HyperV.PowerShell.VMNetworkAdapter' -in $types) { $key = "Network:$(($Device.Id -split '\\')[-1].ToLowerInvariant())" }
    if ($key -and $key -in @($Record.firmware.bootOrder)) { return $key }
    Write-FakeError $Cmdlet 'The boot device is not one of this virtual machine.' 'InvalidParameter' 'InvalidArgument' $Device
}
