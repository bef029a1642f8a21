function Get-HvoTree {
    <#
    .SYNOPSIS
        Returns what is in a folder and below it, a folder before what is in it. Links are named and never followed.
    .DESCRIPTION
        Except names entries of the folder itself that are left out with everything in them.
    .OUTPUTS
        Objects: Name (path in the folder, with /), Path, Kind (File, Folder or Link).
    #>
    param([Parameter(Mandatory = $true)] [string] $Folder, [string[]] $Except = @())
    $prefixes = New-Object 'System.Collections.Generic.Queue[string]'
    $prefixes.Enqueue('')
    while ($prefixes.Count -gt 0) {
        $prefix = $prefixes.Dequeue()
        $inside = New-Object System.IO.DirectoryInfo ([System.IO.Path]::Combine($Folder, $prefix))
        foreach ($entry in $inside.GetFileSystemInfos()) {
            if ($prefix -eq '' -and $Except -contains $entry.Name) { continue }
            $name = $prefix + $entry.Name
            $kind = Get-HvoEntryKind $entry.FullName
            if ($kind -eq 'Folder') { $prefixes.Enqueue("$name/") }
            [pscustomobject]@{ Name = $name; Path = $entry.FullName; Kind = $kind }
        }
    }
}
