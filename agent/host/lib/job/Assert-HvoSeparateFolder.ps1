function Assert-HvoSeparateFolder {
    <#
    .SYNOPSIS
        Fails with PathNotAllowed if a folder of images and one of machines are the same, or one is in the other.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Images,
        [Parameter(Mandatory = $true)] [string] $Machines,
        [Parameter(Mandatory = $true)] [string] $Where
    )
    $nested = (Test-HvoPathInside -Path $Images -Folder $Machines) -or (Test-HvoPathInside -Path $Machines -Folder $Images)
    if (-not $nested) { return }
    Stop-HvoLaunch -Code PathNotAllowed -Message ("In ${Where}, $Images for images and $Machines for machines are one folder, or one " +
        'is in the other.')
}
