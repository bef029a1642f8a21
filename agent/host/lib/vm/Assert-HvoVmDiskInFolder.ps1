function Assert-HvoVmDiskInFolder {
    <#
    .SYNOPSIS
        Fails with IdentityConflict if the machine's VM has disks, and all of them are outside the machine's folder.
    .DESCRIPTION
        A VM that is found by its mark alone may have been made with another folder of machines.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $disks = @(Get-VMHardDiskDrive -VM $Context.Vm | Where-Object { $_.Path } | ForEach-Object { [string]$_.Path })
    if (-not $disks.Count) { return }
    if (@($disks | Where-Object { Test-HvoPathInside -Path $_ -Folder $Context.Folder }).Count) { return }
    Stop-HvoLaunch -Code IdentityConflict -Message ("The disks of VM $(ConvertTo-HvoGuid $Context.Vm.Id), which carries this " +
        "machine's mark, are outside $($Context.Folder): $($disks -join ', '). Nothing was changed.")
}
