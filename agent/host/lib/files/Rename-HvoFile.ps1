function Rename-HvoFile {
    <#
    .SYNOPSIS
        Renames a file once. With Overwrite it takes the place of an existing one, and at no moment is there none.
    .DESCRIPTION
        File.Move of .NET Framework does not overwrite, and File.Replace can leave no file at all (ReplaceFile, errors 1176
        and 1177). MoveFile of Microsoft.VisualBasic calls MoveFileEx with MOVEFILE_REPLACE_EXISTING and
        MOVEFILE_WRITE_THROUGH, which .NET's File.Move does as well.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter(Mandatory = $true)] [string] $Destination,
        [Parameter()] [switch] $Overwrite
    )
    if (-not $Overwrite) {
        [System.IO.File]::Move($Path, $Destination)
    } elseif ($null -ne [System.IO.File].GetMethod('Move', [Type[]]@([string], [string], [bool]))) {
        [System.IO.File]::Move($Path, $Destination, $true)
    } else {
        Add-Type -AssemblyName 'Microsoft.VisualBasic'
        [Microsoft.VisualBasic.FileIO.FileSystem]::MoveFile($Path, $Destination, $true)
    }
}
