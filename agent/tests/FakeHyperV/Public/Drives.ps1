function Get-VMHardDiskDrive {
    <#
    .SYNOPSIS
    Returns the disks that are attached to VMs.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try { Get-FakeDrive $PSCmdlet $VM $VMName 'disks' } finally { $lock.Dispose() }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Add-VMHardDiskDrive {
    <#
    .SYNOPSIS
    Attaches a disk to VMs.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [string] $Path,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try { Add-FakeMedium $PSCmdlet $VM $VMName 'disks' $Path $Passthru } finally { $lock.Dispose() }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Remove-VMHardDiskDrive {
    <#
    .SYNOPSIS
    Detaches disks; their files stay.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMHardDiskDrive,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($found in @(Resolve-FakeDrive $PSCmdlet $VMHardDiskDrive 'disks')) {
                if (-not $PSCmdlet.ShouldProcess($found.Record.name, 'Remove-VMHardDiskDrive')) { continue }
                Remove-FakeDrive $found.Record 'disks' $found.Location
                Save-FakeRecord $found.Record
                Add-FakeLedger 'Remove-VMHardDiskDrive' $found.Record
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Get-VMDvdDrive {
    <#
    .SYNOPSIS
    Returns the DVD drives of VMs.
    #>
    [CmdletBinding(DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try { Get-FakeDrive $PSCmdlet $VM $VMName 'dvds' } finally { $lock.Dispose() }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Add-VMDvdDrive {
    <#
    .SYNOPSIS
    Adds a DVD drive to VMs, with an image in it or none.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'VMName')]
    param(
        [Parameter(ParameterSetName = 'VMName', Position = 0, Mandatory)] [string[]] $VMName,
        [Parameter(ParameterSetName = 'VMObject', Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VM,
        [string] $Path,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try { Add-FakeMedium $PSCmdlet $VM $VMName 'dvds' $Path $Passthru } finally { $lock.Dispose() }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Set-VMDvdDrive {
    <#
    .SYNOPSIS
    Puts an image into DVD drives, or takes it out where the path is null. There is no parameter for a whole VM.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMDvdDrive,
        [Parameter(Position = 1)] [AllowNull()] [string] $Path,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($found in @(Resolve-FakeDrive $PSCmdlet $VMDvdDrive 'dvds')) {
                if (-not $PSCmdlet.ShouldProcess($found.Record.name, 'Set-VMDvdDrive')) { continue }
                $drive = $found.Record.dvds | Where-Object { $_.location -eq $found.Location }
                $before = $drive.path
                $drive.path = if ($Path) { $Path } else { $null }
                Save-FakeRecord $found.Record
                Add-FakeLedger 'Set-VMDvdDrive' $found.Record @{ Path = $Path; Before = $before }
                if ($Passthru) { ConvertTo-FakeDrive $found.Record 'dvds' $drive }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}

function Remove-VMDvdDrive {
    <#
    .SYNOPSIS
    Removes DVD drives; image files stay.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Position = 0, Mandatory, ValueFromPipeline)] [object[]] $VMDvdDrive,
        [switch] $Passthru
    )
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($found in @(Resolve-FakeDrive $PSCmdlet $VMDvdDrive 'dvds')) {
                if (-not $PSCmdlet.ShouldProcess($found.Record.name, 'Remove-VMDvdDrive')) { continue }
                $before = ($found.Record.dvds | Where-Object { $_.location -eq $found.Location }).path
                Remove-FakeDrive $found.Record 'dvds' $found.Location
                Save-FakeRecord $found.Record
                Add-FakeLedger 'Remove-VMDvdDrive' $found.Record @{ Before = $before }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
