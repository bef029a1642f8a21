function Get-HvoTree {
    <#
    .SYNOPSIS
        Returns the files, folders and links below a folder, each folder before its content. Links are not followed.
    .DESCRIPTION
        Except names entries of the folder itself to leave out with their content.
    .OUTPUTS
        Objects: Name (path in the folder, with /), Path, Kind (File, Folder or Link).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $Folder,
        [Parameter()] [string[]] $Except = @()
    )
    $prefixes = [System.Collections.Generic.Queue[string]]::new()
    $prefixes.Enqueue('')
    while ($prefixes.Count -gt 0) {
        $prefix = $prefixes.Dequeue()
        $inside = [System.IO.DirectoryInfo]::new([System.IO.Path]::Combine($Folder, $prefix))
        foreach ($entry in $inside.GetFileSystemInfos()) {
            if ($prefix -eq '' -and $Except -contains $entry.Name) { continue }
            $name = $prefix + $entry.Name
            # Only what may be a link needs a closer look; the listing says the rest.
            $kind = 'File'
            if ($entry.Attributes.HasFlag([System.IO.FileAttributes]::ReparsePoint)) {
                $kind = Get-HvoEntryKind -Path $entry.FullName
            } elseif ($entry.Attributes.HasFlag([System.IO.FileAttributes]::Directory)) {
                $kind = 'Folder'
            }
            if ($kind -eq 'Folder') { $prefixes.Enqueue("$name/") }
            [PSCustomObject]@{ Name = $name; Path = $entry.FullName; Kind = $kind }
        }
    }
}
