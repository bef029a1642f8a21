function Disconnect-HvoForeignDisk {
    <#
    .SYNOPSIS
        Detaches the disks of a VM that are outside the machine's folder. Their files are kept.
    .OUTPUTS
        Strings: the paths of the detached disks.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context,
        [Parameter(Mandatory = $true)] [object] $Vm
    )
    foreach ($drive in @(Get-VMHardDiskDrive -VM $Vm)) {
        $path = [string]$drive.Path
        if ($path -and (Test-HvoPathInside -Path $path -Folder $Context.Folder)) { continue }
        Remove-VMHardDiskDrive -VMHardDiskDrive $drive
        Write-HvoLog -Message "The disk $path is outside the machine's folder: it was detached and kept."
        $path
    }
}
