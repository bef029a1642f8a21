function Get-HvoOsFamily {
    <#
    .SYNOPSIS
        Returns the guest's OS family: os_family if it is given, else the one that the image name begins with.
    .OUTPUTS
        String: windows or linux. Fails with InvalidDefinition if the image name begins with no known name.
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
    Stop-HvoLaunch -Code InvalidDefinition -Message ("The image name '$image' begins with no known name of an operating " +
        'system, and os_family is not given.')
}
