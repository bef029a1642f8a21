function Get-HvoOsFamily {
    <#
    .SYNOPSIS
        Returns the family of the guest's operating system: as given, or as the image's name begins.
    .OUTPUTS
        windows or linux; fails with InvalidDefinition where neither tells.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [object] $Fields
    )
    $given = [string](Get-HvoProperty $Fields 'os_family' -Default '')
    if ($given) { return $given }
    $image = [string]$Fields.image_name
    $windows = 'Windows', 'Microsoft Windows'
    $linux = 'Ubuntu', 'RHEL', 'CentOS', 'Rocky Linux', 'AlmaLinux', 'Oracle Linux', 'Debian', 'SUSE', 'openSUSE', 'Fedora'
    foreach ($prefix in $windows) {
        if ($image.StartsWith($prefix, [StringComparison]::OrdinalIgnoreCase)) { return 'windows' }
    }
    foreach ($prefix in $linux) {
        if ($image.StartsWith($prefix, [StringComparison]::OrdinalIgnoreCase)) { return 'linux' }
    }
    Stop-HvoLaunch -Code InvalidDefinition -Message ("The image name '$image' does not tell the operating system family. Set " +
        'os_family to windows or linux.')
}
