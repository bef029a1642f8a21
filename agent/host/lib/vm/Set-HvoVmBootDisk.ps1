function Set-HvoVmBootDisk {
    <#
    .SYNOPSIS
        Makes the machine's disk, or its checkpoint's disk, the first boot device of a VM that is off.
    .DESCRIPTION
        A guest that has booted puts its boot manager first: an entry of type File, which has no device and lies on the disk.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    $first = @((Get-VMFirmware -VM $Vm).BootOrder)[0]
    if ([string](Get-HvoProperty $first 'BootType') -eq 'File') { return }
    $path = [string](Get-HvoProperty (Get-HvoProperty $first 'Device') 'Path')
    if ($path -and (Test-HvoPathInside -Path $path -Folder $Context.Folder) -and
        -not $path.EndsWith('.iso', [StringComparison]::OrdinalIgnoreCase)) { return }
    $disk = @(Get-VMHardDiskDrive -VM $Vm | Where-Object { $_.Path -and (Test-HvoPathInside -Path $_.Path -Folder $Context.Folder) })
    if ($disk.Count) { Set-VMFirmware -VM $Vm -FirstBootDevice $disk[0] }
}
