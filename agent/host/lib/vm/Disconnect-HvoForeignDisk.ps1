function Disconnect-HvoForeignDisk {
    <#
    .SYNOPSIS
        Detaches the disks of a VM that lie outside of the machine's folder. Their files stay as they are.
    .OUTPUTS
        Strings: their paths.
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
        Write-HvoLog -Message "The disk $path lies outside of the machine's folder: it was detached and stays."
        $path
    }
}
