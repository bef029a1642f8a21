function Receive-HvoUpload {
    <#
    .SYNOPSIS
        Appends pieces to the files of an upload.
    .OUTPUTS
        Int64: the number of bytes appended.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param(
        [Parameter(Mandatory = $true)] [string] $Staged,
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowEmptyString()] [string[]] $Pieces
    )
    $null = [System.IO.Directory]::CreateDirectory($Staged)
    if ((Get-HvoEntryKind -Path $Staged) -ne 'Folder') {
        Stop-HvoRollout -Code UploadBroken -Message "$Staged is a link."
    }
    $bytes = [long]0
    foreach ($text in $Pieces) {
        $piece = ConvertFrom-HvoRequest -Text $text -What 'piece'
        $bytes += Add-HvoUploadPiece -Staged $Staged -Piece $piece
    }
    # Writing into a subfolder does not change this folder's time, which prune reads.
    [System.IO.Directory]::SetLastWriteTimeUtc($Staged, [DateTime]::UtcNow)
    return $bytes
}
