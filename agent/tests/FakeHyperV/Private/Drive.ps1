function Add-FakeDrive {
    <#
    .SYNOPSIS
    Adds a disk or a DVD drive to a record at the first free place of SCSI controller 0, last in the boot order.
    #>
    param([object] $Record, [string] $Kind, [object] $Path)
    $used = @($Record.disks + $Record.dvds | ForEach-Object { $_.location })
    $location = 0
    while ($location -in $used) { $location += 1 }
    $drive = [pscustomobject] @{ number = 0; location = $location; path = $Path }
    $Record.$Kind = @($Record.$Kind) + $drive
    $Record.firmware.bootOrder = @($Record.firmware.bootOrder) + "$($Kind):$location"
    $drive
}

function Remove-FakeDrive {
    <#
    .SYNOPSIS
    Takes a drive off a record; its file stays.
    #>
    param([object] $Record, [string] $Kind, [int] $Location)
    $Record.$Kind = @($Record.$Kind | Where-Object { $_.location -ne $Location })
    $Record.firmware.bootOrder = @($Record.firmware.bootOrder | Where-Object { $_ -ne "$($Kind):$Location" })
}

function ConvertTo-FakeDrive {
    <#
    .SYNOPSIS
    Returns the object that Get-VMHardDiskDrive or Get-VMDvdDrive gives.
    #>
    param([object] $Record, [string] $Kind, [object] $Drive)
    $type = if ($Kind -eq 'disks') { 'HardDiskDrive' } else { 'DvdDrive' }
    $shown = [pscustomobject] @{
        VMId = [guid] $Record.id
        VMName = [string] $Record.name
        Name = "$type on SCSI controller number $($Drive.number) at location $($Drive.location)"
        Path = $Drive.path
        ControllerType = [ControllerType]::SCSI
        ControllerNumber = [int] $Drive.number
        ControllerLocation = [int] $Drive.location
    }
    $shown.PSObject.TypeNames.Insert(0, "Microsoft.HyperV.PowerShell.$type")
    $shown
}

function Get-FakeDrive {
    <#
    .SYNOPSIS
    Returns the drive objects of some VMs.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $VM, [string[]] $VMName, [string] $Kind)
    foreach ($record in @(Resolve-FakeVM $Cmdlet $VM $VMName)) {
        foreach ($drive in @($record.$Kind)) { ConvertTo-FakeDrive $record $Kind $drive }
    }
}

function Resolve-FakeDrive {
    <#
    .SYNOPSIS
    Returns the records that drive objects belong to, each with its location; writes an error for drives that are gone.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $Drive, [string] $Kind)
    $type = if ($Kind -eq 'disks') { 'HardDiskDrive' } else { 'DvdDrive' }
    foreach ($one in $Drive) {
        if ("Microsoft.HyperV.PowerShell.$type" -notin $one.PSObject.TypeNames) {
            $text = "Cannot convert the `"$one`" value to type `"Microsoft.HyperV.PowerShell.$type`"."
            Write-FakeError $Cmdlet $text 'CannotConvertArgumentNoMessage' -Target $one -Terminating
        }
        $record = Get-FakeRecord | Where-Object { $_.id -eq "$($one.VMId)" }
        $there = $null -ne $record -and @($record.$Kind | Where-Object { $_.location -eq $one.ControllerLocation }).Count -gt 0
        if ($there) {
            @{ Record = $record; Location = [int] $one.ControllerLocation }
        } else {
            Write-FakeError $Cmdlet "Hyper-V was unable to find the drive '$($one.Name)'." 'ObjectNotFound' 'ObjectNotFound' $one
        }
    }
}

function Add-FakeMedium {
    <#
    .SYNOPSIS
    Adds drives to VMs and saves them; a path that leads to no file is an error.
    #>
    param([System.Management.Automation.PSCmdlet] $Cmdlet, [object[]] $VM, [string[]] $VMName, [string] $Kind, [string] $Path, [bool] $Passthru)
    $name = $Cmdlet.MyInvocation.MyCommand.Name
    foreach ($record in @(Resolve-FakeVM $Cmdlet $VM $VMName)) {
        if ($Path -and -not [System.IO.File]::Exists($Path)) {
            $text = "Failed to add device. The attachment '$Path' is not valid: The system cannot find the file specified. (0x80070002)"
            Write-FakeError $Cmdlet $text 'ObjectNotFound' 'ObjectNotFound' $record.name
            continue
        }
        if (-not $Cmdlet.ShouldProcess($record.name, $name)) { continue }
        $drive = Add-FakeDrive $record $Kind $(if ($Path) { $Path } else { $null })
        Save-FakeRecord $record
        Add-FakeLedger $name $record @{ Path = $Path }
        if ($Passthru) { ConvertTo-FakeDrive $record $Kind $drive }
    }
}
