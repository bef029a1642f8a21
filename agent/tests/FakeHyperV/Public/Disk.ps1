function New-VHD {
    <#
    .SYNOPSIS
    Creates a virtual disk: empty, or differencing on a parent.
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'DynamicWithoutSource')]
    param(
        [Parameter(Position = 0, Mandatory)] [string] $Path,
        [Parameter(ParameterSetName = 'DynamicWithoutSource', Position = 1, Mandatory)]
        [Parameter(ParameterSetName = 'FixedWithoutSource', Position = 1, Mandatory)]
        [uint64] $SizeBytes,
        [Parameter(ParameterSetName = 'DynamicWithoutSource')] [switch] $Dynamic,
        [Parameter(ParameterSetName = 'FixedWithoutSource', Mandatory)] [switch] $Fixed,
        [Parameter(ParameterSetName = 'DifferencingWithSource', Position = 1, Mandatory)] [string] $ParentPath,
        [Parameter(ParameterSetName = 'DifferencingWithSource')] [switch] $Differencing
    )
    if (-not $PSCmdlet.ShouldProcess($Path, 'New-VHD')) { return }
    $lock = Enter-FakeCall $PSCmdlet
    try {
        $text = $null
        if ([System.IO.File]::Exists($Path)) {
            $text = "Failed to create the virtual hard disk. The system failed to create '$Path': The file exists. (0x80070050)"
        } elseif ($ParentPath -and -not [System.IO.File]::Exists($ParentPath)) {
            $text = "Failed to create the virtual hard disk. The system cannot find the file specified: '$ParentPath'. (0x80070002)"
        } elseif ([System.IO.Path]::GetExtension($Path) -notin '.vhd', '.vhdx') {
            $text = "Failed to create the virtual hard disk: '$Path' is not a .vhd or .vhdx file."
        }
        if ($text) {
            Write-FakeError $PSCmdlet $text 'OperationFailed' 'NotSpecified' $Path
            return
        }
        $type = if ($ParentPath) { 'Differencing' } elseif ($Fixed) { 'Fixed' } else { 'Dynamic' }
        $size = if ($ParentPath) { (Read-FakeDisk $ParentPath).size } else { $SizeBytes }
        New-FakeDisk $Path $type $size $(if ($ParentPath) { $ParentPath } else { $null })
        Add-FakeLedger 'New-VHD' $null @{ Path = $Path; Parent = $ParentPath }
        ConvertTo-FakeVhd $Path
    } finally {
        $lock.Dispose()
    }
    Exit-FakeCall $PSCmdlet $lock
}

function Get-VHD {
    <#
    .SYNOPSIS
    Returns what a virtual disk is.
    #>
    [CmdletBinding()]
    param([Parameter(Position = 0, Mandatory, ValueFromPipeline)] [string[]] $Path)
    process {
        $lock = Enter-FakeCall $PSCmdlet
        try {
            foreach ($one in $Path) {
                if ([System.IO.File]::Exists($one)) {
                    ConvertTo-FakeVhd $one
                } else {
                    $text = "Getting the mounted storage instance for the path '$one' failed. The system cannot find the file specified. (0x80070002)"
                    Write-FakeError $PSCmdlet $text 'ObjectNotFound' 'ObjectNotFound' $one
                }
            }
        } finally {
            $lock.Dispose()
        }
        Exit-FakeCall $PSCmdlet $lock
    }
}
