function Get-HvoClusterPath {
    <#
    .SYNOPSIS
        Returns the folders of the cluster shared volumes, such as C:\ClusterStorage\Volume1.
    .OUTPUTS
        Strings: full paths.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()
    foreach ($volume in @(Get-ClusterSharedVolume -ErrorAction Stop)) {
        foreach ($part in @(Get-HvoProperty $volume 'SharedVolumeInfo')) {
            $path = [string](Get-HvoProperty $part 'FriendlyVolumeName')
            if ($path) { $path }
        }
    }
}
